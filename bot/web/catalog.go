package web

import (
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"

	"cobijo/knowledge/statement"
)

// filter is what a list of commitments is narrowed to.
type filter struct{ Participant, Theme, Kind, Words string }

func readFilter(q url.Values) filter {
	return filter{q.Get("participant"), q.Get("theme"), q.Get("kind"), strings.TrimSpace(strings.ToValidUTF8(q.Get("q"), ""))}
}

// query gives the filter as an address has it.
func (f filter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"participant": f.Participant, "theme": f.Theme, "kind": f.Kind, "q": f.Words} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// find gives the commitments that the filter leaves.
func (s *Server) find(f filter) []*statement.Commitment {
	of := statement.Filter{Theme: f.Theme, Kind: f.Kind}
	if f.Participant != "" {
		of.Participants = []string{f.Participant}
	}
	return s.base.Find(of, f.Words)
}

// option is something that a list to choose from offers.
type option struct {
	ID, Label string
	Chosen    bool
}

// optionGroup is options under a heading.
type optionGroup struct {
	Label   string
	Options []option
}

// row is a commitment in the table.
type row struct {
	ID, Participant, Title string
	Themes, Kind           string
	Page                   int
	URL                    template.URL
	Standings              []standing
}

type catalogPage struct {
	Filter       filter
	Filtered     bool
	Participants []optionGroup
	Themes       []option
	Kinds        []option
	Note         string // on the participant, such as one that made no statement of its own
	Rows         []row
	Of           int
	Charts       []chart
	Timeline     *timeline
	CSV, JSON    template.URL
}

func (s *Server) commitments(w http.ResponseWriter, r *http.Request) {
	lang := s.language(r)
	s.remember(w, r, lang)
	f := readFilter(r.URL.Query())
	p := s.page(r, lang)
	p.Title, p.Indexed = p.T("web_c_title"), f == filter{}
	c := catalogPage{
		Filter: f, Filtered: f != filter{}, Of: len(s.base.Statement.Commitments),
		CSV: link("/commitments.csv", f.query()), JSON: link("/commitments.json", f.query()),
	}
	found := s.find(f)
	for _, one := range found {
		c.Rows = append(c.Rows, row{
			ID: one.ID, Participant: p.participant(one.Participant), Title: one.Title.In(lang), Themes: strings.Join(p.themes(one.Themes), ", "),
			Kind: p.T("web_kind_" + one.Kind), Page: one.Page, URL: link("/commitments/"+url.PathEscape(one.ID), nil),
			Standings: p.standings(one.ID),
		})
	}
	if who := s.base.Statement.Participant(f.Participant); who != nil {
		c.Note = who.Note.In(lang)
	}
	c.Participants, c.Themes, c.Kinds = p.participantOptions(f.Participant), p.themeOptions(f.Theme), p.kindOptions(f.Kind)
	c.Charts, c.Timeline = p.charts(found, f), p.timeline(found)
	p.Body = c
	s.show(w, r, http.StatusOK, "commitments.html", p)
}

func (p *page) participant(id string) string {
	if who := p.server.base.Statement.Participant(id); who != nil {
		return who.Name.In(p.Lang)
	}
	return id
}

func (p *page) theme(id string) string {
	if t := p.server.base.Statement.Theme(id); t != nil {
		return t.Title.In(p.Lang)
	}
	return id
}

func (p *page) themes(ids []string) []string {
	var titles []string
	for _, id := range ids {
		titles = append(titles, p.theme(id))
	}
	return titles
}

// message gives the id of a text that stands for a code of the data.
func message(prefix, code string) string { return prefix + strings.ReplaceAll(code, "-", "_") }

func (p *page) participantOptions(chosen string) []optionGroup {
	var groups []optionGroup
	last := ""
	for _, who := range p.server.base.Statement.Participants {
		if who.Kind != last {
			groups = append(groups, optionGroup{Label: p.T(message("web_group_", who.Kind))})
			last = who.Kind
		}
		g := &groups[len(groups)-1]
		g.Options = append(g.Options, option{who.ID, who.Name.In(p.Lang), who.ID == chosen})
	}
	return groups
}

func (p *page) themeOptions(chosen string) []option {
	var all []option
	for _, t := range p.server.base.Statement.Themes {
		all = append(all, option{t.ID, t.Title.In(p.Lang), t.ID == chosen})
	}
	return all
}

func (p *page) kindOptions(chosen string) []option {
	var all []option
	for _, k := range statement.Kinds {
		all = append(all, option{k, p.T("web_kind_" + k), k == chosen})
	}
	return all
}

// byteOrderMark lets Excel read accents.
const byteOrderMark = "\uFEFF"

func (s *Server) commitmentsCSV(w http.ResponseWriter, r *http.Request) {
	s.export(w, r, "text/csv; charset=utf-8", "csv", func(w io.Writer, cs []*statement.Commitment) error {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return err
		}
		return statement.WriteCSV(w, cs)
	})
}

func (s *Server) commitmentsJSON(w http.ResponseWriter, r *http.Request) {
	s.export(w, r, "application/json; charset=utf-8", "json", statement.WriteJSON)
}

func (s *Server) export(w http.ResponseWriter, r *http.Request, contentType, ending string, write func(io.Writer, []*statement.Commitment) error) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="san-jose-commitments.`+ending+`"`)
	h.Set("Cache-Control", "public, max-age=3600")
	if r.Method == http.MethodHead {
		return
	}
	if err := write(w, s.find(readFilter(r.URL.Query()))); err != nil {
		s.options.Log.WarnContext(r.Context(), "web: an export broke off", "error", err)
	}
}
