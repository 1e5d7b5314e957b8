package web

import (
	"html/template"
	"io"
	"net/http"
	"regexp"
	"strings"

	"cobijo/bot/render"
)

// packList is the countries, each with its text to keep.
type packList struct {
	HowTo     template.HTML
	Countries []packLink
}

type packLink struct {
	linked
	Flag string
	KB   int
	Save template.URL
	File string
}

// packPage is a country's text to keep, to read on the page.
type packPage struct {
	packLink
	Text template.HTML
}

// packFileName says nothing of what the file holds to who looks through a phone.
func packFileName(country string) string { return "info-" + country + ".txt" }

// packText is a country's text as the file bears it, "" where there is none.
func (s *Server) packText(country, lang string) string {
	text := render.Plain(s.options.Pack(country, lang), 0)
	if text == "" {
		return ""
	}
	return text + "\n"
}

func (p *page) packLink(code, name, flag, text string) packLink {
	one := packLink{linked: linked{name, link("/pack/"+code, nil)}, Flag: flag, File: packFileName(code), KB: (len(text) + 999) / 1000}
	one.Save = link("/pack/"+code+".txt", map[string][]string{"lang": {p.Lang}})
	return one
}

func (s *Server) packs(w http.ResponseWriter, r *http.Request) {
	p := s.reading(w, r, "web_p_title")
	l := packList{HowTo: render.HTML(p.T("web_p_how"))}
	for _, c := range p.countries() {
		if text := s.packText(c.Code, p.Lang); text != "" {
			l.Countries = append(l.Countries, p.packLink(c.Code, c.Name.In(p.Lang), c.Flag, text))
		}
	}
	p.Body = l
	s.show(w, r, http.StatusOK, "packs.html", p)
}

// pack shows a country's text, or gives it as a file where its name ends so.
func (s *Server) pack(w http.ResponseWriter, r *http.Request) {
	code, file := strings.CutSuffix(r.PathValue("country"), ".txt")
	c := s.country(code)
	if c == nil {
		s.notFound(w, r)
		return
	}
	lang := s.language(r)
	text := s.packText(c.Code, lang)
	if text == "" {
		s.notFound(w, r)
		return
	}
	if file {
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+packFileName(c.Code)+`"`)
		h.Set("Content-Language", lang)
		h.Add("Vary", "Accept-Language, Cookie")
		_, _ = io.WriteString(w, text) // the browser has gone, if it fails
		return
	}
	p := s.reading(w, r, "web_p_title")
	p.Title += " · " + c.Name.In(lang)
	p.Body = packPage{p.packLink(c.Code, c.Name.In(lang), c.Flag, text), headed(render.HTML(s.options.Pack(c.Code, lang)))}
	s.show(w, r, http.StatusOK, "pack.html", p)
}

// A paragraph that is bold as a whole heads what follows: a reader that speaks the page finds its way by headings.
var boldParagraph = regexp.MustCompile(`(?m)^<p><strong>([^<]*)</strong></p>$`)

func headed(text template.HTML) template.HTML {
	first := true
	return template.HTML(boldParagraph.ReplaceAllStringFunc(string(text), func(s string) string { //nolint:gosec // its tags alone change
		level := "h2"
		if first {
			level, first = "h1", false
		}
		return "<" + level + ">" + boldParagraph.FindStringSubmatch(s)[1] + "</" + level + ">"
	}))
}
