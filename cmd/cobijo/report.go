package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

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

// fewest is how many a group must be to be told as a number: fewer people might be recognised.
const fewest = 5

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
	r := newReport(from, to, counts)
	if c.Format == "json" {
		return r.json(s.out)
	}
	return r.table(s.out)
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

// few is a count as it may be told.
type few int64

func (n few) hidden() bool { return n > 0 && n < fewest }

func (n few) String() string {
	if n.hidden() {
		return "<" + strconv.Itoa(fewest)
	}
	return strconv.FormatInt(int64(n), 10)
}

// MarshalJSON writes a number, or "<5".
func (n few) MarshalJSON() ([]byte, error) { //nolint:unparam // json.Marshaler has it
	if n.hidden() {
		return []byte(strconv.Quote(n.String())), nil
	}
	return []byte(n.String()), nil
}

// group is what was counted of one topic in one country.
type group struct {
	Country    string `json:"country"` // "" where it was not known
	Topic      string `json:"topic"`   // the likeliest; "" for none
	Unanswered few    `json:"unanswered"`
	NotUseful  few    `json:"not_useful"`
	Useful     few    `json:"useful"`
}

type report struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Groups []group `json:"groups"`
}

func newReport(from, to time.Time, counts []store.Counted) *report {
	groups := map[[2]string]*group{}
	for _, c := range counts {
		key := [2]string{c.Country, c.Topic}
		g := groups[key]
		if g == nil {
			g = &group{Country: c.Country, Topic: c.Topic}
		}
		switch c.What {
		case "unanswered":
			g.Unanswered += few(c.N)
		case "not-useful":
			g.NotUseful += few(c.N)
		case "useful":
			g.Useful += few(c.N)
		default:
			continue // of deliveries, not of what was asked
		}
		groups[key] = g
	}
	r := &report{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Groups: []group{}}
	for _, g := range groups {
		r.Groups = append(r.Groups, *g)
	}
	// Groups too small to be told stand in the order of their names, so that their order tells nothing of them either.
	shown := func(n few) few {
		if n.hidden() {
			return 1
		}
		return n
	}
	slices.SortFunc(r.Groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(shown(b.Unanswered), shown(a.Unanswered)), cmp.Compare(shown(b.NotUseful), shown(a.NotUseful)), cmp.Compare(a.Country, b.Country), cmp.Compare(a.Topic, b.Topic))
	})
	return r
}

func (r *report) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	return nil
}

// table prints no sums: from a sum and all but one of its parts the last part could be told.
func (r *report) table(w io.Writer) error {
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
	_, err := fmt.Fprintf(w, "\nThe topic of what was not answered is the likeliest one, too unlikely to be answered. <%d: too few to be told.\n", fewest)
	return err
}
