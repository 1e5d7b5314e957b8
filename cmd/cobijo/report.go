package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"cobijo/bot/gaps"
	"cobijo/bot/store"
)

// reportCmd tells editors what is missing: what people asked that the assistant could not answer, and which answers were no use.
type reportCmd struct {
	RedisURL string   `name:"redis-url" env:"REDIS_URL" help:"Redis server or cluster, as cobijo serve has it." placeholder:"URL"`
	Secret   []string `env:"COBIJO_SECRET" help:"As cobijo serve has it." placeholder:"KEY"`
	Days     int      `help:"How many days, today with them." default:"30"`
	Month    string   `help:"A month instead, as 2026-10." placeholder:"YEAR-MONTH"`
	Format   string   `help:"How to print it: table or json." enum:"table,json" default:"table"`
}

// Run prints the report.
func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	from, to, err := c.period(time.Now())
	if err != nil {
		return usageError{err}
	}
	if c.RedisURL == "" || len(c.Secret) == 0 {
		return errors.New("REDIS_URL and COBIJO_SECRET are missing: an embedded Redis counts for its own process alone")
	}
	rdb, err := store.Connect(c.RedisURL)
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	defer rdb.Close() //nolint:errcheck // it was only read
	keys := make([][]byte, len(c.Secret))
	for i, k := range c.Secret {
		keys[i] = []byte(k)
	}
	st, err := store.New(rdb, store.Options{Secrets: keys})
	if err != nil {
		return fmt.Errorf("COBIJO_SECRET: %w", err)
	}
	counts, err := st.Counts(ctx, from, to)
	if err != nil {
		return err
	}
	r := gaps.New(from, to, counts)
	if c.Format == "json" {
		return reportJSON(s.out, r)
	}
	return reportTable(s.out, r)
}

// period gives the first and the last day that are asked for.
func (c *reportCmd) period(now time.Time) (from, to time.Time, err error) {
	to = now.UTC().Truncate(24 * time.Hour)
	if c.Month != "" {
		if from, err = time.Parse("2006-01", c.Month); err != nil {
			return from, to, fmt.Errorf("--month is %q: as 2026-10", c.Month)
		}
		return from, from.AddDate(0, 1, -1), nil
	}
	if c.Days < 1 || c.Days > 400 {
		return from, to, fmt.Errorf("--days is %d: 1 to 400, for counts are kept no longer", c.Days)
	}
	return to.AddDate(0, 0, 1-c.Days), to, nil
}

func reportJSON(w io.Writer, r *gaps.Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	return nil
}

// reportTable prints no sums: from a sum and all but one of its parts the last part could be told.
func reportTable(w io.Writer, r *gaps.Report) error {
	fmt.Fprintf(w, "What could not be answered, or was no use, from %s to %s (UTC):\n\n", r.From, r.To)
	if len(r.Groups) == 0 {
		_, err := fmt.Fprintln(w, "Nothing was counted.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "country\ttopic\tunanswered\tnot useful\tuseful")
	for _, g := range r.Groups {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", cmp.Or(g.Country, "not known"), cmp.Or(g.Topic, "none"), g.Unanswered, g.NotUseful, g.Useful)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	_, err := fmt.Fprintf(w, "\nThe topic of what was not answered is the likeliest one, too unlikely to be answered. <%d: too few to be told.\n", gaps.Fewest)
	return err
}
