package main

import (
	"fmt"
	"strings"
	"time"

	"cobijo/knowledge"
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
	faults := knowledge.Check(c.fs(), time.Now())
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
