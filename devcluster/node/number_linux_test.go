package node

import "testing"

func TestTwoAtOnceHaveDifferentNumbersAndAFreeOneIsTakenAgain(t *testing.T) {
	first, lock, err := TakeNumber(7)
	if err != nil {
		t.Fatal(err)
	}
	second, other, err := TakeNumber(first)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if first == second {
		t.Errorf("both have %d", first)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, lock, err := TakeNumber(first)
	if err != nil || again != first {
		t.Fatalf("%d instead of %d: %v", again, first, err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
}
