package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"cobijo/knowledge/guidance"
)

// What countries are compared on, each with the topic whose entry says more.
var comparisons = []struct{ ID, Topic string }{
	{"deadline", "deadlines"}, {"cost", "fees-and-scams"}, {"work", "work"}, {"decision", "decision-times"}, {"appeal", "appeal"},
}

// comparePage is what the countries' data say side by side.
type comparePage struct {
	On      string // "" for everything
	Tabs    []tab
	Columns []string
	Rows    []compareRow
	Sources []source // the n-th is number n in the table
}

// tab leads to the same page on something else.
type tab struct {
	linked
	Chosen bool
}

type compareRow struct {
	Name, Flag string
	Help       template.URL
	Entry      template.URL // the entry in the chat that says it whole
	Acronym    string
	Authority  linked
	Cells      []cell
}

// cell is what is known of one country on one thing.
type cell struct {
	Label string
	Text  string // "" where nothing was found
	More  string
	UNHCR template.URL // where nothing was found
	Refs  []ref
}

// ref is the number of a source.
type ref struct {
	N int
	source
}

func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	p := s.reading(w, r, "web_x_title")
	c := comparePage{}
	topic := "how-to-apply"
	asked := r.URL.Query().Get("on")
	for _, by := range comparisons {
		if by.ID == asked {
			c.On, topic = by.ID, by.Topic
		}
	}
	c.Tabs = append(c.Tabs, tab{linked{p.T("web_x_all"), link("/compare", nil)}, c.On == ""})
	for _, by := range comparisons {
		c.Tabs = append(c.Tabs, tab{linked{p.T("compare_" + by.ID), link("/compare", url.Values{"on": {by.ID}})}, by.ID == c.On})
		if c.On == "" || c.On == by.ID {
			c.Columns = append(c.Columns, p.T("compare_"+by.ID))
		}
	}
	for _, country := range p.countries() {
		f := s.base.Guidance.Facts(country.Code)
		if f == nil {
			continue
		}
		row := compareRow{
			Name: country.Name.In(p.Lang), Flag: country.Flag, Help: link("/help/"+country.Code, nil),
			Entry:   link("/", url.Values{"start": {startOf(country.Code, topic)}, "lang": {p.Lang}}),
			Acronym: f.Authority.Acronym, Authority: linked{f.Authority.Name.In(p.Lang), external(f.Authority.URL)},
		}
		for _, by := range comparisons {
			if c.On == "" || c.On == by.ID {
				one, ids := p.cell(f, by.ID)
				row.Cells = append(row.Cells, c.cite(p, country, one, ids))
			}
		}
		c.Rows = append(c.Rows, row)
	}
	p.Indexed = asked == c.On
	p.Body = c
	s.show(w, r, http.StatusOK, "compare.html", p)
}

// cell says what a country's data bear on one thing; with it come the ids of the sources.
func (p *page) cell(f *guidance.Facts, on string) (cell, []string) {
	c := cell{Label: p.T("compare_" + on)}
	var noted *guidance.Noted
	switch on {
	case "deadline":
		return p.limit(c, f.Deadline, f)
	case "appeal":
		return p.limit(c, f.Appeal, f)
	case "cost":
		noted = f.Cost
	case "work":
		noted = f.Work
	case "decision":
		noted = f.Decision
	}
	if noted == nil {
		c.UNHCR = external(f.UNHCR.URL)
		return c, nil
	}
	c.Text = noted.In(p.Lang)
	return c, noted.Sources
}

func (p *page) limit(c cell, l *guidance.Limit, f *guidance.Facts) (cell, []string) {
	if l == nil {
		c.UNHCR = external(f.UNHCR.URL)
		return c, nil
	}
	from, late := l.From.In(p.Lang), l.Late.In(p.Lang)
	if l.Unit == guidance.NoLimit {
		c.Text, c.More = p.T("web_x_no_limit"), late
		if from != "" {
			c.Text = p.T("web_x_no_limit_from", "From", from)
		}
		return c, l.Sources
	}
	c.Text = p.Count(message("limit_", l.Unit), l.Amount)
	if from != "" {
		c.Text = p.T("web_x_from", "Limit", c.Text, "From", from)
	}
	if late != "" {
		c.More = p.T("web_x_late", "Late", late)
	}
	return c, l.Sources
}

// cite numbers the sources of a cell, one that was cited before by its old number.
func (c *comparePage) cite(p *page, country *guidance.Country, one cell, ids []string) cell {
	name := country.Name.In(p.Lang)
	for _, id := range ids {
		s := p.server.base.Guidance.Source(country.Code, id)
		if s == nil {
			continue
		}
		src := p.source(s)
		src.Country = name
		n := slices.Index(c.Sources, src)
		if n < 0 {
			n = len(c.Sources)
			c.Sources = append(c.Sources, src)
		}
		one.Refs = append(one.Refs, ref{n + 1, src})
	}
	return one
}
