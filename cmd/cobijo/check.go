package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"cobijo/bot/reminders"
	"cobijo/knowledge"
	"cobijo/locales"
)

type checkCmd struct {
	Only   string `help:"Only faults of files whose path holds this text." placeholder:"TEXT"`
	Stale  bool   `help:"List what is due for review, and the numbers of crisis replies to be checked again, in place of faults."`
	Within int    `help:"With --stale: what is due within so many days." default:"30" placeholder:"DAYS"`

	contentFlag
}

// Run names the faults of the content, or what is due for review.
func (c *checkCmd) Run(s *streams) error {
	if c.Stale {
		library, _, err := c.guidance()
		if err != nil {
			return err
		}
		return stale(s.out, library, time.Now(), c.Within)
	}
	faults := append(knowledge.Check(c.fs(), time.Now()), locales.Check(locales.FS, usedTexts("."))...)
	_, holidays := reminders.LoadHolidays(c.fs())
	faults = append(faults, holidays...)
	n := 0
	for _, f := range faults {
		if strings.Contains(f.File, c.Only) {
			fmt.Fprintln(s.out, f.Error())
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("%d faults", n)
	}
	return nil
}

var quoted = regexp.MustCompile(`"([a-z]+[a-z0-9_]*)"`)

// usedTexts gives every word that the source below dir quotes, for finding texts that are used nowhere: nil where dir is not
// this project's source.
func usedTexts(dir string) []string {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || !strings.HasPrefix(string(mod), "module cobijo\n") {
		return nil
	}
	used := map[string]bool{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".html" {
			return nil //nolint:nilerr // what cannot be read uses nothing
		}
		data, err := os.ReadFile(path) //nolint:gosec // a source tree that its owner checks
		if err != nil {
			return nil //nolint:nilerr // likewise
		}
		for _, m := range quoted.FindAllStringSubmatch(string(data), -1) {
			used[m[1]] = true
		}
		return nil
	})
	return slices.Sorted(maps.Keys(used))
}
