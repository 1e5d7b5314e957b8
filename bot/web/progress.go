package web

import (
	"html/template"
	"slices"
	"time"

	"cobijo/bot/progress"
	"cobijo/knowledge/guidance"
	"cobijo/knowledge/statement"
)

// standing is what was reported of a commitment, one line for each who speaks: no name and no note, which are staff's own.
type standing struct {
	Status, Label string // its code, and in words who says it
	Date          string // that it is true of
	Evidence      template.URL
}

// standings gives what is shown of a commitment; nil where the operator shows nothing or nobody reported.
func (p *page) standings(id string) []standing {
	if p.server.options.Progress == nil {
		return nil
	}
	now := p.server.options.Progress().Current[id]
	var all []standing
	for _, r := range []*progress.Report{now.Claimed, now.Assessed} {
		if r == nil {
			continue
		}
		s := standing{Status: string(r.Status), Label: p.T("web_s_"+string(r.Kind), "Status", p.status(r.Status)), Date: p.day(r.AsOf)}
		if progress.WebAddress(r.Evidence) {
			s.Evidence = template.URL(r.Evidence) //nolint:gosec // http or https, without a password
		}
		all = append(all, s)
	}
	return all
}

func (p *page) status(s progress.Status) string { return p.T(message("standing_", string(s))) }

func (p *page) day(d progress.Day) string { return p.date(guidance.Day(d.Time(time.UTC))) }

// timeline is a chart of the claimed statuses over time: a column for each month, its parts one upon the other.
type timeline struct {
	Width, Height int
	Statuses      []timelineStatus
	Columns       []column
	From, To      string // its first and its last day
	FromY         int    // where they are written
}

type timelineStatus struct{ Code, Label string }

type column struct {
	Date   string
	Parts  []part
	Counts []int // in the order of Statuses
}

type part struct {
	Code       string
	X, Y, W, H int
}

// The measures of the chart over time, in the units of the other charts.
const (
	timelineHeight = 150
	timelineLabel  = 20
	timelineMonths = 24
)

// timeline counts the commitments that were found; nil where the operator shows nothing or nobody reported on them.
func (p *page) timeline(found []*statement.Commitment) *timeline {
	if p.server.options.Progress == nil {
		return nil
	}
	var ids []string
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	points := progress.Series(p.server.options.Progress().Reports, ids, p.server.options.Now(), timelineMonths)
	if len(points) == 0 {
		return nil
	}
	t := &timeline{Width: chartWidth, Height: timelineHeight + timelineLabel, FromY: timelineHeight + timelineLabel - 5}
	statuses := []progress.Status{progress.Done, progress.UnderWay, progress.Blocked, progress.NotStarted, progress.NotApplicable, progress.NoInformation}
	for _, s := range statuses {
		t.Statuses = append(t.Statuses, timelineStatus{string(s), p.status(s)})
	}
	for i, point := range points {
		c := column{Date: p.day(point.Day)}
		x, next := i*chartWidth/len(points), (i+1)*chartWidth/len(points)
		n := 0
		for _, s := range statuses {
			count := point.Claimed[s]
			c.Counts = append(c.Counts, count)
			top, bottom := n*timelineHeight/len(ids), (n+count)*timelineHeight/len(ids)
			n += count
			if count > 0 { // the first status stands at the bottom
				c.Parts = append(c.Parts, part{string(s), x, timelineHeight - max(bottom, top+1), max(1, next-x-2), max(1, bottom-top)})
			}
		}
		slices.Reverse(c.Parts) // a part of no height is drawn over the next
		t.Columns = append(t.Columns, c)
	}
	t.From, t.To = t.Columns[0].Date, t.Columns[len(t.Columns)-1].Date
	return t
}
