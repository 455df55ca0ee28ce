package main

import (
	"encoding/json"
	"errors"
	"flag"
	"strings"

	"berth.dev/devcluster/images"
)

// list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// command is a flag whose value is a list in JSON.
type command []string

func (c *command) String() string         { return strings.Join(*c, " ") }
func (c *command) Set(value string) error { return json.Unmarshal([]byte(value), (*[]string)(c)) }

// packImage makes an image for the real node.
func packImage(args []string) error {
	store, recipe, err := parseRecipe(args)
	if err != nil {
		return err
	}
	return store.Pack(recipe)
}

func parseRecipe(args []string) (images.Store, images.Recipe, error) {
	var store images.Store
	var recipe images.Recipe
	flags := flag.NewFlagSet("devcluster image", flag.ContinueOnError)
	flags.StringVar(&store.Dir, "store", "", "directory of images")
	flags.StringVar(&recipe.Tree, "tree", "", "directory that becomes the image's file system")
	flags.Var((*list)(&recipe.Names), "name", "name of the image as it stands in a pod; may be repeated")
	flags.Var((*list)(&recipe.Exclude), "exclude", "pattern of paths in the tree that are left out; may be repeated")
	flags.Var((*list)(&recipe.Env), "env", "NAME=VALUE; may be repeated")
	flags.Var((*command)(&recipe.Entrypoint), "entrypoint", "JSON list")
	flags.Var((*command)(&recipe.Cmd), "cmd", "JSON list")
	flags.StringVar(&recipe.User, "user", "", "user that it runs as")
	if err := flags.Parse(args); err != nil {
		return store, recipe, err
	}
	if store.Dir == "" || recipe.Tree == "" || len(recipe.Names) == 0 {
		return store, recipe, errors.New("--store, --tree and --name are needed")
	}
	return store, recipe, nil
}
