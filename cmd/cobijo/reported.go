package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"cobijo/bot/progress"
	"cobijo/knowledge/statement"
	"cobijo/locales"
)

// overdue is what the flag --status asks for that is no status: what should have moved by now.
const overdue = "overdue"

// reviewsAhead is how many reviews of each subscription a calendar holds.
const reviewsAhead = 12

// reportedOn is what was reported of commitments. A nil one knows of nothing.
type reportedOn struct {
	*records
	current map[string]progress.Current
}

// reported reads what was reported, where the flags ask for it or Redis is named; nil without Redis.
func (c *commitmentsCmd) reported(ctx context.Context, text *statement.Statement) (*reportedOn, error) {
	what := ""
	switch {
	case c.Format == "ics":
		what = "the days of milestones and reviews are kept"
	case c.Status != "" && c.Status != statement.NoInformation:
		what = "what was reported is kept"
	case c.RedisURL == "":
		return nil, nil //nolint:nilnil // nothing is wrong: the statement itself is asked for
	}
	r, err := c.open(what, text, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	current, err := r.book.Current(ctx)
	if err != nil {
		r.close()
		return nil, err
	}
	return &reportedOn{r, current}, nil
}

// status gives what is claimed of a commitment.
func (r *reportedOn) status(id string) string {
	if r == nil {
		return statement.NoInformation
	}
	return string(r.current[id].Status())
}

// withStatus leaves the commitments that have the status that is asked for.
func (c *commitmentsCmd) withStatus(ctx context.Context, r *reportedOn, found []*statement.Commitment) ([]*statement.Commitment, error) {
	if c.Status == "" {
		return found, nil
	}
	has := func(id string) bool { return r.status(id) == c.Status }
	if c.Status == overdue {
		ids, err := r.Overdue(ctx)
		if err != nil {
			return nil, err
		}
		has = func(id string) bool { return slices.Contains(ids, id) }
	}
	var left []*statement.Commitment
	for _, one := range found {
		if has(one.ID) {
			left = append(left, one)
		}
	}
	return left, nil
}

// calendar writes the milestones of commitments, and the reviews that are still to come of subscriptions to them.
func (c *commitmentsCmd) calendar(ctx context.Context, out io.Writer, r *reportedOn, found []*statement.Commitment, texts *locales.Catalog) error {
	wanted := map[string]bool{}
	for _, one := range found {
		wanted[one.ID] = true
	}
	milestones, err := r.book.Milestones(ctx)
	if err != nil {
		return err
	}
	var days []progress.Due
	for _, m := range milestones {
		if wanted[m.Commitment] {
			d := progress.Due{ID: m.ID, Day: m.Date, Commitments: []string{m.Commitment}, Title: texts.Text(c.Lang, "ics_milestone", locales.Args{"ID": m.Commitment, "Title": m.Title.In(c.Lang)}), Text: m.Source}
			if progress.WebAddress(m.Source) {
				d.URL = m.Source
			}
			days = append(days, d)
		}
	}
	reviews, err := r.Reviews(ctx, reviewsAhead)
	if err != nil {
		return err
	}
	for _, review := range reviews {
		var ids []string
		for _, id := range review.Commitments {
			if wanted[id] {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		days = append(days, progress.Due{
			ID: strings.ReplaceAll(review.Occurrence.ID, "@", "-"), Day: progress.DayOf(review.Occurrence.Moment), Commitments: ids,
			Title: texts.Text(c.Lang, "ics_review", locales.Args{"Name": review.Subscription.ID}),
			Text:  texts.Count(c.Lang, "ics_review_about", len(ids), locales.Args{"IDs": strings.Join(ids, ", ")}),
		})
	}
	if len(days) == 0 {
		return fmt.Errorf("no milestone and no review of these %d commitments: add subscriptions (cobijo reminders add) or milestones (cobijo reminders milestones --import)", len(found))
	}
	slices.SortStableFunc(days, func(a, b progress.Due) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return progress.WriteCalendar(out, texts.Text(c.Lang, "ics_calendar"), days, time.Now())
}
