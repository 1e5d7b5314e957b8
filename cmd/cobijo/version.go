package main

import (
	"fmt"
	"text/tabwriter"

	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/seeds"
)

type versionCmd struct{}

// Run tells the program's version, when the knowledge was last reviewed, and how much of it there is.
func (*versionCmd) Run(s *streams) error {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		return err
	}
	l := base.Guidance
	fmt.Fprintf(s.out, "cobijo %s\nknowledge reviewed %s: %d commitments of %d participants, %d rumours\n\n", version, l.Reviewed(), len(base.Statement.Commitments), len(base.Statement.Participants), len(l.Rumours))
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "country\ttopics\tentries\tcontacts\toldest source\treviewed")
	for _, c := range l.Countries {
		entries := 0
		var oldest guidance.Date
		for e := range func(yield func(*guidance.Entry) bool) { l.Entries(c.Code, yield) } {
			entries++
			if o := e.Oldest(); !o.IsZero() && (oldest.IsZero() || o.Before(oldest.Time)) {
				oldest = o
			}
		}
		cov := l.Coverage(c.Code, guidance.Languages[0])
		fmt.Fprintf(w, "%s\t%d of %d\t%d\t%d\t%s\t%s\n", c.Code, cov.Have, cov.Of, entries, len(l.Contacts(c.Code)), oldest, cov.Oldest)
	}
	return w.Flush()
}
