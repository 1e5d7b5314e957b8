package web

import (
	"html/template"
	"slices"

	"cobijo/knowledge/statement"
)

// The measures of a chart, in units of its own; on a narrow phone a unit is about a point.
const (
	chartWidth = 340
	rowHeight  = 34
	barTop     = 18 // below the label
	barHeight  = 9
	labelRunes = 44
)

// chart is a bar chart with a label above each bar, so that it can be read on a narrow screen.
type chart struct {
	ID, Title, Desc, Note string
	Width, Height         int
	Bars                  []bar
}

type bar struct {
	Label, Full string // Label is Full, shortened to fit
	N           int
	LabelY, Y   int
	W, H        int
	URL         template.URL // the commitments that it counts
}

// charts counts the commitments that were found by theme and by participant. What is narrowed to one already is not drawn.
func (p *page) charts(found []*statement.Commitment, f filter) []chart {
	if len(found) == 0 {
		return nil
	}
	themes, participants := map[string]int{}, map[string]int{}
	for _, c := range found {
		participants[c.Participant]++
		for _, t := range c.Themes {
			themes[t]++
		}
	}
	byTheme := p.chart("by-theme", p.T("web_c_by_theme"), themes, p.theme, func(id string) filter {
		g := f
		g.Theme = id
		return g
	})
	byTheme.Note = p.T("web_c_theme_note")
	all := []chart{byTheme}
	if len(participants) > 1 {
		all = append(all, p.chart("by-participant", p.T("web_c_by_participant"), participants, p.participant, func(id string) filter {
			g := f
			g.Participant = id
			return g
		}))
	}
	return all
}

func (p *page) chart(id, title string, counts map[string]int, name func(string) string, narrowed func(string) filter) chart {
	c := chart{ID: id, Title: title, Width: chartWidth}
	ids := make([]string, 0, len(counts))
	top := 0
	for id, n := range counts {
		ids = append(ids, id)
		top = max(top, n)
	}
	slices.SortFunc(ids, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		if name(a) < name(b) {
			return -1
		}
		return 1
	})
	for i, id := range ids {
		c.Bars = append(c.Bars, bar{
			Label: shorten(name(id), labelRunes), Full: name(id), N: counts[id], LabelY: i*rowHeight + 13, Y: i*rowHeight + barTop,
			W: max(2, counts[id]*chartWidth/top), H: barHeight, URL: link("/commitments", narrowed(id).query()),
		})
	}
	c.Height = len(ids) * rowHeight
	c.Desc = p.T("web_c_chart_desc", "Label", c.Bars[0].Full, "N", c.Bars[0].N)
	return c
}

func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
