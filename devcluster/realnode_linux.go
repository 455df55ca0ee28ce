package main

import "berth.dev/devcluster/node"

var (
	takeNumber   = node.TakeNumber
	removeCgroup = node.RemoveCgroup
)
