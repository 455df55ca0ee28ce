package main

import "berth.dev/devcluster/node"

var (
	takeNumber = node.TakeNumber
	sweep      = node.Sweep
)
