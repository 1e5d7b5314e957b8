package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"cobijo/bot/render"
	"cobijo/knowledge/guidance"
	"cobijo/locales"
)

// page is what every template is given: the language, the frame, and what the page itself shows.
type page struct {
	Lang    string
	Title   string // before the name, in the window's title; empty on the chat, which says nothing to who looks over a shoulder
	Token   string // of the chat, empty where there is none
	Chat    bool
	Indexed bool // search engines may list it
	Reading bool // it is there to be read and printed, and has a style of its own
	Body    any

	server *Server
	url    url.URL
}

// language gives the language of the pages: asked for in the address, else the cookie's, else the browser's.
func (s *Server) language(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); slices.Contains(s.texts.Langs(), lang) {
		return lang
	}
	if ses, ok := s.session(r); ok && slices.Contains(s.texts.Langs(), ses.lang) {
		return ses.lang
	}
	lang, _ := s.texts.Match(r.Header.Get("Accept-Language"))
	return lang
}

// remember keeps the language that was asked for: the next pages are in it too.
func (s *Server) remember(w http.ResponseWriter, r *http.Request, lang string) {
	if r.URL.Query().Get("lang") != lang {
		return
	}
	ses, ok := s.session(r)
	if !ok {
		ses = s.newSession(lang)
	}
	ses.lang = lang
	s.keep(w, ses)
}

func (s *Server) page(r *http.Request, lang string) *page {
	p := &page{Lang: lang, server: s, url: *r.URL}
	if ses, ok := s.session(r); ok {
		p.Token = s.token(ses)
	}
	return p
}

// show sends a page whole or, should a template fail, says so in words.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, p *page) {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, p); err != nil {
		s.options.Log.ErrorContext(r.Context(), "web: a template failed", "template", name, "error", err)
		http.Error(w, s.texts.Text(p.Lang, "web_not_found"), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the browser has gone, if it fails
}

// fail says in the person's language what went wrong, and where there is help: as a page, or as a line for the chat's log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, id string) {
	p := s.page(r, s.language(r))
	if isFragment(r) {
		p.Body = exchange{Note: render.HTML(p.T(id))}
		s.show(w, r, status, "exchange", p)
		return
	}
	p.Title = p.T("web_oops")
	p.Body = render.HTML(p.T(id) + "\n\n" + p.T("web_more_help"))
	s.show(w, r, status, "message.html", p)
}

// isFragment tells the page's own script from a browser that loads a page.
func isFragment(r *http.Request) bool { return r.Header.Get("X-Requested-With") == "cobijo" }

// With is the page with another body, for a template within a template.
func (p *page) With(body any) *page {
	q := *p
	q.Body = body
	return &q
}

// T gives a text in the page's language; kv are names and values of its placeholders.
func (p *page) T(id string, kv ...any) string {
	args := locales.Args{}
	for i := 0; i+1 < len(kv); i += 2 {
		args[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return p.server.texts.Text(p.Lang, id, args)
}

// Count gives a text in the plural form that n asks for.
func (p *page) Count(id string, n int) string { return p.server.texts.Count(p.Lang, id, n) }

// CSS is the address of the style sheet.
func (p *page) CSS() string { return p.server.css.URL }

// Sheet is the address of the style of pages to read.
func (p *page) Sheet() string { return p.server.sheet.URL }

// Packs tells whether there are texts to keep.
func (p *page) Packs() bool { return p.server.options.Pack != nil }

// JS is the address of the script.
func (p *page) JS() string { return p.server.js.URL }

// Exit is the harmless page to leave to.
func (p *page) Exit() string { return p.server.options.ExitURL }

// otherLang is another language, as it calls itself, with the address of this page in it.
type otherLang struct{ Code, Name, URL string }

// Others are the other languages.
func (p *page) Others() []otherLang {
	var all []otherLang
	for _, code := range p.server.texts.Langs() {
		if code == p.Lang {
			continue
		}
		u := p.url
		q := u.Query()
		q.Set("lang", code)
		u.RawQuery = q.Encode()
		all = append(all, otherLang{code, p.server.texts.Text(code, "language_name"), u.RequestURI()})
	}
	return all
}

// Reviewed is when the knowledge was last compared with its sources.
func (p *page) Reviewed() string {
	if p.server.base.Guidance == nil {
		return ""
	}
	d := p.server.base.Guidance.Reviewed()
	if d.IsZero() {
		return ""
	}
	return p.T("web_reviewed", "Date", p.date(d))
}

// date writes a date as people of the language write it, with no more than is known of it; "" where there is none.
func (p *page) date(d guidance.Date) string {
	if d.IsZero() {
		return ""
	}
	month := func() string { return p.T(fmt.Sprintf("month_%02d", int(d.Month()))) }
	switch {
	case d.HasDay():
		return p.T("date", "Day", d.Day(), "Month", month(), "Year", d.Year())
	case d.HasMonth():
		return p.T("month_year", "Month", month(), "Year", d.Year())
	}
	return fmt.Sprint(d.Year())
}

// link gives an address on this site.
func link(path string, q url.Values) template.URL {
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return template.URL(path) //nolint:gosec // a path of ours and encoded values
}
