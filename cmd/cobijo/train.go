package main

import (
	"fmt"
	"os"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/statement"
	"cobijo/knowledge/understand"
	"cobijo/seeds"
)

type trainCmd struct {
	Out string `help:"Where to write the models." default:"knowledge/understand/models.bin" type:"path"`
}

// Run fits the models to seeds/questions and writes the file that the next build carries.
func (c *trainCmd) Run(s *streams) error {
	library, faults := guidance.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		return err
	}
	var topics []string
	for _, t := range library.Topics {
		topics = append(topics, t.ID)
	}
	stated, faults := statement.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		return err
	}
	data, err := understand.Train(seeds.FS, topics, stated)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, data, 0o644); err != nil {
		return fmt.Errorf("write models: %w", err)
	}
	fmt.Fprintf(s.out, "%s: %d bytes\n", c.Out, len(data))
	return nil
}
