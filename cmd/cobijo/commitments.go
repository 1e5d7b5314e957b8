package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"cobijo/bot/progress"
	"cobijo/knowledge"
	"cobijo/knowledge/statement"
	"cobijo/locales"
	"cobijo/seeds"
)

// commitmentsCmd lists the statement's commitments. To be bound in the cli struct as
//
//	Commitments commitmentsCmd `cmd:"" help:"The commitments of the San José Action Statement."`
type commitmentsCmd struct {
	Participant []string `help:"Only those of a participant, for example mx; may be given several times." placeholder:"ID"`
	Theme       string   `help:"Only those on a theme, for example detention." placeholder:"ID"`
	Search      string   `help:"Only those that answer these words, the best first." placeholder:"WORDS"`
	Status      string   `help:"Only those with a status: not-started, under-way, done, blocked, not-applicable, no-information, or overdue (a milestone is over, or nobody answers for it). Needs REDIS_URL." placeholder:"STATUS"`
	Format      string   `help:"How to print them: table, json, csv, or ics (the days of milestones and reviews; needs REDIS_URL)." enum:"table,json,csv,ics" default:"table"`
	Lang        string   `help:"Language of the table." enum:"es,en" default:"en"`
	Width       int      `help:"Longest title in the table, in characters." default:"60" hidden:""`
	recordSettings
}

// Run prints the commitments that the flags leave.
func (c *commitmentsCmd) Run(ctx context.Context, s *streams) error {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		return err
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		return err
	}
	return c.print(ctx, s.out, base, texts)
}

func (c *commitmentsCmd) print(ctx context.Context, out io.Writer, base *knowledge.Base, texts *locales.Catalog) error {
	if err := c.check(base.Statement); err != nil {
		return err
	}
	filter := statement.Filter{Theme: strings.ToLower(c.Theme)}
	for _, id := range c.Participant {
		filter.Participants = append(filter.Participants, strings.ToLower(id))
	}
	found := base.Find(filter, c.Search)
	reported, err := c.reported(ctx, base.Statement)
	if err != nil {
		return err
	}
	if reported != nil {
		defer reported.close()
	}
	if found, err = c.withStatus(ctx, reported, found); err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return statement.WriteJSONStatus(out, found, reported.status)
	case "csv":
		return statement.WriteCSVStatus(out, found, reported.status)
	case "ics":
		return c.calendar(ctx, out, reported, found, texts)
	}
	return c.table(out, found, base.Statement, texts)
}

// check names what the flags ask for and is not there, rather than to find nothing.
func (c *commitmentsCmd) check(s *statement.Statement) error {
	if c.Status != "" && c.Status != overdue && !slices.Contains(progress.AllStatuses(), progress.Status(c.Status)) {
		return usageError{fmt.Errorf("no status %q; there are not-started, under-way, done, blocked, not-applicable, no-information, overdue", c.Status)}
	}
	for _, id := range c.Participant {
		if s.Participant(strings.ToLower(id)) == nil {
			var ids []string
			for _, p := range s.Participants {
				ids = append(ids, p.ID)
			}
			return usageError{fmt.Errorf("no participant %q; there are %s", id, strings.Join(ids, ", "))}
		}
	}
	if c.Theme != "" && s.Theme(strings.ToLower(c.Theme)) == nil {
		var ids []string
		for _, t := range s.Themes {
			ids = append(ids, t.ID)
		}
		return usageError{fmt.Errorf("no theme %q; there are %s", c.Theme, strings.Join(ids, ", "))}
	}
	return nil
}

func (c *commitmentsCmd) table(out io.Writer, found []*statement.Commitment, s *statement.Statement, texts *locales.Catalog) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, one := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s %d\n", one.ID, clipped(s.Participant(one.Participant).Name.In(c.Lang), 32), clipped(one.Title.In(c.Lang), c.Width),
			strings.Join(one.Themes, ", "), texts.Text(c.Lang, "web_c_page"), one.Page)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print commitments: %w", err)
	}
	lines := []string{texts.Count(c.Lang, "web_c_count", len(found)) + ". " + statement.DocumentName().In(c.Lang) + "."}
	if c.Lang != "en" {
		lines = append(lines, texts.Text(c.Lang, "web_c_unofficial"))
	}
	if _, err := fmt.Fprintln(out, strings.Join(lines, "\n")); err != nil {
		return errors.Join(errors.New("print commitments"), err)
	}
	return nil
}

func clipped(s string, n int) string {
	r := []rune(s)
	if n <= 0 || len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
