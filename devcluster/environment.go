package main

import (
	"slices"
	"strings"
)

// proxies are the variables that send requests through somebody else, in small letters or capitals.
var proxies = []string{"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

// partEnvironment is what a part gets of our environment: all but proxies. What parts ask is on this machine or on its node, where
// no proxy finds it.
func partEnvironment(ours []string) []string {
	theirs := slices.DeleteFunc(slices.Clone(ours), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return slices.Contains(proxies, strings.ToLower(name))
	})
	return append(theirs, supervisedEnv+"=1")
}
