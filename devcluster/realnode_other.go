//go:build !linux

package main

import (
	"errors"
	"os"

	"berth.dev/devcluster/node"
)

func takeNumber(node.Number) (node.Number, *os.File, error) {
	return 0, nil, errors.New("containers are run on Linux only")
}

func sweep(node.Settings) {}
