package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cobijo/knowledge/statement"
)

// detailPage is one commitment whole.
type detailPage struct {
	ID, Title       string
	Participant     string
	ParticipantURL  template.URL
	English         string
	Spanish         string
	Citation        string
	Kind            string
	Section         string
	Page            int
	Themes          []linked
	Institutions    []string
	Beneficiaries   []string
	Specificity     string
	TimeBound       bool
	Parts           []string
	PartsLang       string
	Links           []string
	Previous, Next  linked
	HasPrev, HasNxt bool
	Standings       []standing
}

type linked struct {
	Label string
	URL   template.URL
}

func (s *Server) commitment(w http.ResponseWriter, r *http.Request) {
	c := s.base.Statement.Commitment(r.PathValue("id"))
	if c == nil {
		s.notFound(w, r)
		return
	}
	lang := s.language(r)
	s.remember(w, r, lang)
	p := s.page(r, lang)
	p.Title, p.Indexed = c.ID, true
	p.Body = p.detail(c)
	s.show(w, r, http.StatusOK, "commitment.html", p)
}

func (p *page) detail(c *statement.Commitment) detailPage {
	who := p.participant(c.Participant)
	d := detailPage{
		ID: c.ID, Title: c.Title.In(p.Lang), Participant: who, ParticipantURL: link("/commitments", url.Values{"participant": {c.Participant}}),
		English: c.Text.EN, Spanish: c.Text.ES, Kind: p.T("web_kind_" + c.Kind), Page: c.Page, Institutions: c.Institutions, TimeBound: c.TimeBound,
		Citation: p.T("web_c_cite", "Who", who, "Document", statement.DocumentName().In(p.Lang), "Page", c.Page),
	}
	d.Standings = p.standings(c.ID)
	if c.Section != "" {
		d.Section = p.T(message("web_section_", c.Section))
	}
	for _, t := range c.Themes {
		d.Themes = append(d.Themes, linked{p.theme(t), link("/commitments", url.Values{"theme": {t}})})
	}
	for _, b := range c.Beneficiaries {
		d.Beneficiaries = append(d.Beneficiaries, p.T(message("web_for_", b)))
	}
	if c.Specificity >= 1 && c.Specificity <= 5 {
		meaning := p.T("web_specificity_" + string(rune('0'+c.Specificity)))
		d.Specificity = p.T("web_c_specificity_of", "N", c.Specificity, "Meaning", meaning)
	}
	d.PartsLang = "en"
	for _, part := range c.Parts {
		text := part.EN
		if p.Lang == "es" && part.ES != "" {
			d.PartsLang, text = "es", part.ES
		}
		d.Parts = append(d.Parts, strings.TrimSpace(text))
	}
	for _, l := range c.Links {
		d.Links = append(d.Links, l.Note.In(p.Lang))
	}
	all := p.server.base.Statement.Commitments
	i := slices.Index(all, c)
	if i > 0 {
		d.Previous, d.HasPrev = p.neighbour(all[i-1]), true
	}
	if i+1 < len(all) {
		d.Next, d.HasNxt = p.neighbour(all[i+1]), true
	}
	return d
}

func (p *page) neighbour(c *statement.Commitment) linked {
	return linked{c.ID, link("/commitments/"+url.PathEscape(c.ID), nil)}
}
