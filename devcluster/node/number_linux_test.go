package node

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// ofThisTest has names of its own: a node that runs here meanwhile keeps its number, and the next finds all that are free.
func ofThisTest(t *testing.T) numbers {
	return numbers{
		lock:          func(n Number) string { return fmt.Sprintf("@%s-%d-%d", t.Name(), os.Getpid(), n) },
		isOnTheWayOut: func(Number) bool { return false },
		sweep:         func(Number) {},
	}
}

func take(t *testing.T, from numbers, preferred Number, routes ...netip.Prefix) (Number, *os.File) {
	t.Helper()
	number, lock, err := from.take(preferred, routes)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lock.Close() })
	return number, lock
}

func TestTwoAtOnceHaveDifferentNumbersAndAFreeOneIsTakenAgain(t *testing.T) {
	from := ofThisTest(t)
	first, lock := take(t, from, 7)
	if second, _ := take(t, from, first); first != 7 || first == second {
		t.Errorf("they have %d and %d", first, second)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if again, _ := take(t, from, first); again != first {
		t.Errorf("%d instead of %d", again, first)
	}
}

func TestANumberIsNotFreeWhileAProcessThatWasGivenItRuns(t *testing.T) {
	from := ofThisTest(t)
	first, lock := take(t, from, 7)
	other := exec.Command("cat")
	other.ExtraFiles = []*os.File{lock}
	end, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	_ = lock.Close() // as if who took it were killed
	if second, _ := take(t, from, first); second == first {
		t.Error("it is taken while what runs under it may sweep up")
	}
	_ = end.Close()
	if err := other.Wait(); err != nil {
		t.Fatal(err)
	}
	if again, _ := take(t, from, first); again != first {
		t.Errorf("%d instead of %d", again, first)
	}
}

func TestWhatIsLeftOfANodeIsRemovedUnlessItIsRunningOrOnTheWayOut(t *testing.T) {
	from := ofThisTest(t)
	_, _ = take(t, from, 3)
	var swept []Number
	from.isOnTheWayOut = func(n Number) bool { return n == 4 }
	from.sweep = func(n Number) { swept = append(swept, n) }
	if number, _ := take(t, from, 4, netip.MustParsePrefix("10.200.0.0/30")); number != 1 {
		t.Errorf("%d was taken, where 0 is somebody's network and 4 on the way out", number)
	}
	for _, n := range []Number{3, 4} {
		if slices.Contains(swept, n) {
			t.Errorf("%d was swept: %v", n, swept)
		}
	}
	if len(swept) != nNumbers-2 {
		t.Errorf("%v were swept", swept)
	}
}
