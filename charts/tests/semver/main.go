// Command semver says what Helm's own library says of versions and constraints: for each line of three texts in JSON,
// a constraint and two versions, a line with these three and what the library says, which is
//   - the versions in canonical form, empty if they are none,
//   - -1, 0 or 1 for the order of the versions, 0 if one is none,
//   - whether the constraint is one, whether the first version matches, and whether it does with prereleases let in.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	"github.com/Masterminds/semver/v3"
)

func main() {
	log.SetFlags(0)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		var asked [3]string
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := answers.Encode(append([]any{asked[0], asked[1], asked[2]}, answer(asked)...)); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func answer(asked [3]string) []any {
	version, versionErr := semver.NewVersion(asked[1])
	other, otherErr := semver.NewVersion(asked[2])
	constraint, err := semver.NewConstraint(asked[0])
	order, matches, matchesWithPrereleases := 0, false, false
	if versionErr == nil && otherErr == nil {
		order = version.Compare(other)
	}
	if err == nil && versionErr == nil {
		matches = constraint.Check(version)
		constraint.IncludePrerelease = true
		matchesWithPrereleases = constraint.Check(version)
	}
	return []any{canonical(version), canonical(other), order, err == nil, matches, matchesWithPrereleases}
}

func canonical(version *semver.Version) string {
	if version == nil {
		return ""
	}
	return version.String()
}
