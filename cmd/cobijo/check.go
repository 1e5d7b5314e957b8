package main

import (
	"fmt"
	"strings"
	"time"

	"cobijo/knowledge"
	"cobijo/seeds"
)

type checkCmd struct {
	Only string `help:"Only faults of files whose path holds this text." placeholder:"TEXT"`
}

func (c *checkCmd) Run(s *streams) error {
	faults := knowledge.Check(seeds.FS, time.Now())
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
