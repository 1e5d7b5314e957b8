package simulate

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"cobijo/locales"
)

// maxBody is how large a form may be.
const maxBody = 256 << 10

// policy lets the page load nothing and send nothing anywhere but here.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) routes() {
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", http.StripPrefix("/static/", http.FileServerFS(s.assets)))
	mux.HandleFunc("GET /{$}", s.begin)
	mux.HandleFunc("GET /{lang}/telegram/{who}", s.telegramPage)
	mux.HandleFunc("POST /{lang}/telegram/{who}", s.telegramDo)
	mux.HandleFunc("GET /{lang}/slack/{who}/{where}", s.slackPage)
	mux.HandleFunc("POST /{lang}/slack/{who}/{where}", s.slackDo)
	mux.HandleFunc("GET /{lang}/file/{who}/{where}/{id}", s.slackFile)
	// Another page open in the same browser must not write in somebody's name.
	s.mux = http.NewCrossOriginProtection().Handler(mux)
}

// ServeHTTP serves the page, to this machine alone: a name that leads here from elsewhere is refused.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if !local(r.Host) {
		http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// local tells whether a host is this machine's own name.
func local(host string) bool {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "[::1]"}, strings.ToLower(host))
}

// begin leads to the first person on Telegram, in the browser's language.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	lang, _ := s.texts.Match(r.Header.Get("Accept-Language"))
	http.Redirect(w, r, "/"+lang+"/telegram/0", http.StatusSeeOther) //nolint:gosec // one of our languages
}

// page is what every template is given.
type page struct {
	Lang    string
	On      string // "telegram", "slack"
	Path    string // of this page, without the language
	Tabs    []link
	People  []link
	Places  []link
	Locales []string // that a person's device can have
	Locale  string   // that it has
	Note    string
	Faults  []string // what the real services would have refused
	Body    any

	server *Server
}

// link is an address on the page.
type link struct {
	To, Label string
	Here      bool
}

// T gives a text in the page's language; kv are names and values of its placeholders.
func (p *page) T(id string, kv ...any) string {
	args := locales.Args{}
	for i := 0; i+1 < len(kv); i += 2 {
		args[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return p.server.texts.Text(p.Lang, id, args)
}

// Others are the page's other languages.
func (p *page) Others() []link {
	var all []link
	for _, lang := range p.server.texts.Langs() {
		if lang != p.Lang {
			all = append(all, link{To: "/" + lang + p.Path, Label: p.server.texts.Text(lang, "language_name")})
		}
	}
	return all
}

// With is the page with another body, for a template within a template.
func (p *page) With(body any) *page {
	q := *p
	q.Body = body
	return &q
}

// page begins a page; nil where its language is none, and the answer is given.
func (s *Server) page(w http.ResponseWriter, r *http.Request, on string) *page {
	p := &page{Lang: r.PathValue("lang"), On: on, server: s}
	if !slices.Contains(s.texts.Langs(), p.Lang) {
		http.NotFound(w, r)
		return nil
	}
	p.Path = strings.TrimPrefix(r.URL.Path, "/"+p.Lang)
	p.Tabs = []link{
		{"/" + p.Lang + "/telegram/0", "Telegram", on == "telegram"},
		{"/" + p.Lang + "/slack/" + s.people[0].ID + "/" + s.channels[0].ID, "Slack", on == "slack"},
	}
	if r.URL.Query().Get("note") == "failed" {
		p.Note = p.T("simulate_failed")
	}
	p.Faults = append(s.Telegram.Problems(), s.Slack.Problems()...)
	return p
}

// show sends the page, or only the part that changes by itself where the page's script asks for that.
func (s *Server) show(w http.ResponseWriter, r *http.Request, p *page) {
	name := "page.html"
	if r.URL.Query().Get("part") == "live" {
		name = "live-" + p.On
	}
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, p); err != nil {
		s.options.Log.ErrorContext(r.Context(), "simulate: a template failed", "template", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w) // the browser has gone, if it fails
}

// back leads to the page again after a form was sent.
func back(w http.ResponseWriter, r *http.Request, err error) {
	to := r.URL.Path
	if err != nil {
		to += "?note=failed"
	}
	http.Redirect(w, r, to+"#end", http.StatusSeeOther) //nolint:gosec // the path on which the form was sent, which the mux has cleaned
}
