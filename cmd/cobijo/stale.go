package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"cobijo/bot/dialogue"
	"cobijo/knowledge/guidance"
)

// numbersHold is how long a number that crisis replies show may go unchecked.
const numbersHold = 90 * 24 * time.Hour

// stale lists what is due for review within some days, and the telephone numbers of crisis replies that were not checked of late.
// It is a list of work, not of faults.
func stale(w io.Writer, l *guidance.Library, now time.Time, within int) error {
	if err := staleReviews(w, l.Reviews(), now, within); err != nil {
		return err
	}
	return staleNumbers(w, l, now)
}

func staleReviews(w io.Writer, all []guidance.Review, now time.Time, within int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	n, next := 0, guidance.Review{}
	for _, r := range all {
		if r.DaysLeft(now) > within {
			if next.Due.IsZero() || r.Due.Before(next.Due) {
				next = r
			}
			continue
		}
		if n == 0 {
			fmt.Fprintf(w, "Due for review within %d days, the most urgent of each country first:\n\n", within)
			fmt.Fprintln(t, "country\tentry\tlanguages\treviewed\tdue\toldest source\t")
		}
		n++
		kind := ""
		if r.Volatile {
			kind = "changes often"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Country, r.ID, strings.Join(r.Langs, " "), r.Reviewed, due(r.DaysLeft(now)), orNone(r.Oldest), kind)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print reviews: %w", err)
	}
	if n == 0 {
		fmt.Fprintf(w, "Nothing of %d texts is due for review within %d days.", len(all), within)
	} else {
		fmt.Fprintf(w, "\n%d of %d texts.", n, len(all))
	}
	if !next.Due.IsZero() {
		fmt.Fprintf(w, " Next: %s on %s.", next.ID, guidance.Day(next.Due))
	}
	fmt.Fprintln(w)
	return nil
}

func due(days int) string {
	switch {
	case days < 0:
		return fmt.Sprintf("%d days ago", -days)
	case days == 0:
		return "today"
	}
	return fmt.Sprintf("in %d days", days)
}

func orNone(d guidance.Date) string {
	if d.IsZero() {
		return "undated"
	}
	return d.String()
}

func staleNumbers(w io.Writer, l *guidance.Library, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	n := 0
	for _, c := range l.Countries {
		contacts, dangers := dialogue.CrisisContacts(l, c.Code)
		for _, ct := range contacts {
			if ct.CheckedWithin(numbersHold, now) {
				continue
			}
			if n == 0 {
				fmt.Fprint(w, "\nTelephone numbers of crisis replies that were not seen in their source in the last 90 days:\n\n")
				fmt.Fprintln(t, "country\tcontact\tnumbers\tseen\tshown for")
			}
			n++
			var numbers []string
			for _, p := range ct.Phones {
				numbers = append(numbers, p.Number)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", c.Code, ct.ID, strings.Join(numbers, ", "), orNone(ct.AsOf), strings.Join(dangers[ct.ID], ", "))
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print numbers: %w", err)
	}
	if n == 0 {
		fmt.Fprintln(w, "\nEvery telephone number of the crisis replies was seen in its source in the last 90 days.")
	}
	return nil
}
