package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cobijo/bot/backup"
	"cobijo/knowledge/statement"
)

// shelf is one kind of what is lasting.
type shelf interface {
	backup.Source
	backup.Sink
}

// shelves are all that is lasting: subscriptions with what belongs to them, reports with their history, milestones. Chats are not,
// nor is the language that a member of staff chose: it stands under a pseudonym that no other secret makes, and Slack knows one.
func (r *records) shelves(text *statement.Statement) []shelf {
	all := []shelf{r.Shelf()}
	for _, one := range r.book.Shelves(func(id string) bool { return text.Commitment(id) != nil }) {
		all = append(all, one)
	}
	return all
}

// exportCmd writes what is lasting to a file.
type exportCmd struct {
	Out string `short:"o" help:"File to write, readable by its owner alone; standard output where none is named." placeholder:"FILE"`
	recordSettings
}

// Run exports.
func (c *exportCmd) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, text *statement.Statement) error {
		var sum backup.Sum
		write := func(w io.Writer) (err error) {
			var sources []backup.Source
			for _, one := range r.shelves(text) {
				sources = append(sources, one)
			}
			sum, err = backup.Export(ctx, w, backup.Header{Made: time.Now().Truncate(time.Second), By: version}, sources...)
			return err
		}
		var err error
		if c.Out == "" {
			err = write(s.out)
		} else {
			err = writeWhole(c.Out, write)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(s.err, "Exported", listed(sum.Records))
		if len(sum.Lost) > 0 {
			return fmt.Errorf("left out, since no key of COBIJO_SECRET opens it: %s", listed(sum.Lost))
		}
		return nil
	})
}

// listed names how many there are of each kind.
func listed(of map[string]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s: %d", kind, of[kind]))
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing")
}

// writeWhole writes a file that is there whole or not at all, and that its owner alone reads.
func writeWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // readable by its owner alone
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// importCmd takes what another instance exported.
type importCmd struct {
	File   string `arg:"" help:"File that cobijo export made, - for standard input."`
	DryRun bool   `help:"Only say what would be imported, and what is wrong."`
	recordSettings
}

// Run imports.
func (c *importCmd) Run(ctx context.Context, s *streams) error {
	file, closeFile, err := openSeekable(c.File, s.in)
	if err != nil {
		return err
	}
	defer closeFile()
	return c.with(s, func(r *records, text *statement.Statement) error {
		var sinks []backup.Sink
		for _, one := range r.shelves(text) {
			sinks = append(sinks, one)
		}
		if c.DryRun {
			result, err := backup.Check(ctx, file, sinks...)
			if err != nil {
				return fmt.Errorf("it would not be imported: %w", err)
			}
			return counted(s.out, result, "would be new")
		}
		result, err := backup.Import(ctx, file, sinks...)
		if err != nil && result.Kinds == nil {
			return fmt.Errorf("nothing was imported: %w", err)
		}
		if err != nil {
			err = fmt.Errorf("not all was imported (to import it again goes on): %w", err)
		}
		return errors.Join(counted(s.out, result, "new"), err)
	})
}

// counted prints what became of an import.
func counted(out io.Writer, r backup.Result, changed string) error {
	fmt.Fprintf(out, "Exported on %s by cobijo %s.\n", r.Header.Made.Format(time.DateOnly), r.Header.By)
	rows := [][]string{{"kind", changed, "there already"}}
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		rows = append(rows, []string{kind, strconv.Itoa(r.Kinds[kind].Changed), strconv.Itoa(r.Kinds[kind].Kept)})
	}
	if len(rows) == 1 {
		fmt.Fprintln(out, "The file holds nothing.")
		return nil
	}
	return table(out, rows)
}

// openSeekable opens a file that is read twice.
func openSeekable(name string, in io.Reader) (io.ReadSeeker, func(), error) {
	if name == "-" {
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, nil, fmt.Errorf("read standard input: %w", err)
		}
		return bytes.NewReader(data), func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read export: %w", err)
	}
	return f, func() { _ = f.Close() }, nil
}
