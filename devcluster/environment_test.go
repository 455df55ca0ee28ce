package main

import (
	"slices"
	"testing"
)

func TestNoProxyIsPassedOnToAPart(t *testing.T) {
	ours := []string{
		"PATH=/bin", "HTTP_PROXY=http://a:1", "https_proxy=http://a:1", "ALL_PROXY=socks5://a:1", "No_Proxy=b", "PROXY_OF_MINE=x=y",
	}
	expected := []string{"PATH=/bin", "PROXY_OF_MINE=x=y", "DEVCLUSTER_SUPERVISED=1"}
	before := slices.Clone(ours)
	if theirs := partEnvironment(ours); !slices.Equal(theirs, expected) {
		t.Errorf("%v instead of %v", theirs, expected)
	}
	if !slices.Equal(ours, before) {
		t.Errorf("our own is changed: %v", ours)
	}
}
