package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
)

type failedReminders struct{ recordSettings }

// Run lists the dead letters.
func (c *failedReminders) Run(s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		dead, err := r.Failed()
		if err != nil {
			return err
		}
		if len(dead) == 0 {
			fmt.Fprintln(s.out, "Nothing failed.")
			return nil
		}
		rows := [][]string{{"occurrence", "failed", "tries", "why"}}
		for _, d := range dead {
			rows = append(rows, []string{d.Occurrence, d.Failed.UTC().Format(time.RFC3339), fmt.Sprint(d.Tries), clipped(d.Error, 100)})
		}
		return table(s.out, rows)
	})
}

type retryReminders struct {
	Occurrence []string `arg:"" optional:"" help:"Occurrences, as failed lists them."`
	All        bool     `help:"All of them."`
	recordSettings
}

// Run puts dead letters back into the queue.
func (c *retryReminders) Run(ctx context.Context, s *streams) error {
	if c.All == (len(c.Occurrence) > 0) {
		return usageError{errors.New("name occurrences, or --all")}
	}
	return c.with(s, func(r *records, _ *statement.Statement) error {
		n, err := r.Retry(ctx, c.Occurrence...)
		if err == nil && n == 0 && !c.All {
			err = errors.New("none of them is a dead letter: see cobijo reminders failed")
		}
		fmt.Fprintln(s.out, n, "are tried again")
		return err
	})
}

type auditReminders struct {
	Commitment string `help:"Only reports on a commitment." placeholder:"ID"`
	Format     string `help:"jsonl or csv." enum:"jsonl,csv" default:"jsonl"`
	recordSettings
}

// Run prints every report.
func (c *auditReminders) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		all, err := r.reports(ctx, c.Commitment)
		if err != nil {
			return err
		}
		if c.Format == "csv" {
			return progress.WriteCSV(s.out, all)
		}
		return progress.WriteJSONL(s.out, all)
	})
}

func (r *records) reports(ctx context.Context, commitment string) ([]progress.Report, error) {
	if commitment != "" {
		return r.book.History(ctx, commitment)
	}
	return r.book.All(ctx)
}

type forgetReport struct {
	Commitment string `arg:"" help:"The commitment that it is on."`
	Report     string `arg:"" help:"Its id, as audit prints it."`
	By         string `required:"" help:"Who deletes it: stays in its place." placeholder:"NAME"`
	recordSettings
}

// Run deletes a report's words.
func (c *forgetReport) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		return r.book.Delete(ctx, c.Commitment, c.Report, c.By)
	})
}

type milestonesRecord struct {
	Import string `help:"Add those of a file: YAML, or a calendar (.ics)." placeholder:"FILE"`
	Drop   string `help:"Remove one." placeholder:"ID"`
	recordSettings
}

// Run lists, imports or drops milestones.
func (c *milestonesRecord) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, text *statement.Statement) error {
		switch {
		case c.Import != "" && c.Drop != "":
			return usageError{errors.New("--import and --drop exclude each other")}
		case c.Drop != "":
			return r.book.DropMilestone(ctx, c.Drop)
		case c.Import != "":
			return c.read(ctx, s, r, text)
		}
		all, err := r.book.Milestones(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"id", "date", "commitment", "title", "source"}}
		for _, m := range all {
			rows = append(rows, []string{m.ID, string(m.Date), m.Commitment, clipped(m.Title.EN, 60), clipped(m.Source, 60)})
		}
		if len(all) == 0 {
			fmt.Fprintln(s.out, "No milestones.")
			return nil
		}
		return table(s.out, rows)
	})
}

func (c *milestonesRecord) read(ctx context.Context, s *streams, r *records, text *statement.Statement) error {
	data, err := readFile(c.Import, s.in)
	if err != nil {
		return err
	}
	read := progress.ReadMilestones
	if strings.HasSuffix(strings.ToLower(c.Import), ".ics") {
		read = progress.ReadCalendar
	}
	all, faults := read(data, c.Import, func(id string) bool { return text.Commitment(id) != nil })
	if err := faults.Err(); err != nil {
		return err
	}
	if err := r.book.AddMilestones(ctx, all); err != nil {
		return err
	}
	fmt.Fprintln(s.out, len(all), "milestones kept")
	return nil
}

type resealRecords struct{ recordSettings }

// Run seals the records anew.
func (c *resealRecords) Run(ctx context.Context, s *streams) error {
	return c.with(s, func(r *records, _ *statement.Statement) error {
		sealed, lost, err := r.book.Reseal(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, sealed, "records sealed anew")
		if lost > 0 {
			return fmt.Errorf("%d records: no key of COBIJO_SECRET opens them", lost)
		}
		return nil
	})
}
