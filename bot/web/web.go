// Package web is the assistant's own page: a chat that works on any phone, with and without JavaScript, and the commitments of
// the San José Action Statement to read, filter and take away. It keeps no word that anybody writes.
package web

import (
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"cobijo/bot"
	"cobijo/bot/progress"
	"cobijo/knowledge"
	"cobijo/locales"
)

//go:embed templates static
var files embed.FS

// Options are what an operator decides. The zero value serves a demonstration on this machine.
type Options struct {
	// Secret keys the cookie, the form tokens and the ids of messages; the same on every replica. Without one a random one is
	// made, and a restart ends every chat.
	Secret []byte
	// Secure tells that people come by https: the cookie is then sent by https alone.
	Secure bool
	// ExitURL is the harmless page to which "leave quickly" leads.
	ExitURL string
	// Rate and Burst are how many requests a client's address may make in a second, and at once. Many people may share one
	// address: a shelter, a telephone company.
	Rate  rate.Limit
	Burst int
	// ClientAddr gives the client's address where a proxy stands before the server; the connection's own without it.
	ClientAddr func(*http.Request) string
	// Pack gives a country's essentials as Markdown, to keep where there is no signal; "" where there are none. Without it the
	// page offers none.
	Pack func(country, lang string) string
	// Progress gives what was reported of the commitments, for all to see; without it the pages show none of it.
	Progress func() *progress.Snapshot
	Now      func() time.Time
	Log      *slog.Logger
}

// What is decided where an operator decides nothing.
const (
	defaultExit  = "https://www.google.com/search?q=clima"
	defaultRate  = 3
	defaultBurst = 60
)

func (o Options) withDefaults() (Options, error) {
	if len(o.Secret) == 0 {
		o.Secret = make([]byte, 32)
		if _, err := rand.Read(o.Secret); err != nil {
			return o, fmt.Errorf("make a secret: %w", err)
		}
	}
	if o.ExitURL == "" {
		o.ExitURL = defaultExit
	}
	if u, err := url.Parse(o.ExitURL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return o, fmt.Errorf("the page to leave to, %q, is no web address", o.ExitURL)
	}
	if o.Rate == 0 {
		o.Rate = defaultRate
	}
	if o.Burst == 0 {
		o.Burst = defaultBurst
	}
	if o.ClientAddr == nil {
		o.ClientAddr = func(r *http.Request) string { return r.RemoteAddr }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Server serves the page. It is an http.Handler to be mounted at "/".
type Server struct {
	bot       bot.Handler
	base      *knowledge.Base
	texts     *locales.Catalog
	options   Options
	keys      keys
	limits    *limiter
	mux       *http.ServeMux
	templates *template.Template
	css, js   asset
	sheet     asset // the style of pages to read, which the chat does without
}

// New makes the server. Messages go to h; base is what the commitments and the dates come from.
func New(h bot.Handler, base *knowledge.Base, loc *locales.Catalog, opts Options) (*Server, error) {
	if h == nil || base == nil || loc == nil {
		return nil, errors.New("web: a handler, knowledge and texts are needed")
	}
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s := &Server{bot: h, base: base, texts: loc, options: opts, keys: newKeys(opts.Secret), limits: newLimiter(opts.Rate, opts.Burst)}
	if s.templates, err = template.New("").ParseFS(files, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("web: read templates: %w", err)
	}
	if s.css, err = readAsset("cobijo.css", "text/css; charset=utf-8"); err != nil {
		return nil, err
	}
	if s.js, err = readAsset("cobijo.js", "text/javascript; charset=utf-8"); err != nil {
		return nil, err
	}
	if s.sheet, err = readAsset("reading.css", "text/css; charset=utf-8"); err != nil {
		return nil, err
	}
	s.routes()
	return s, nil
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.mux.Handle("GET /static/cobijo.css", &s.css)
	s.mux.Handle("GET /static/cobijo.js", &s.js)
	s.mux.Handle("GET /static/reading.css", &s.sheet)
	s.mux.HandleFunc("GET /robots.txt", robots)
	handlers := map[string]http.HandlerFunc{
		"GET /{$}":              s.open,
		"POST /{$}":             s.ask,
		"POST /forget":          s.forget,
		"GET /commitments":      s.commitments,
		"GET /commitments.csv":  s.commitmentsCSV,
		"GET /commitments.json": s.commitmentsJSON,
		"GET /commitments/{id}": s.commitment,
		"GET /commitments/{$}":  redirect("/commitments"),
		"GET /help":             s.helpCountries,
		"GET /help/{$}":         redirect("/help"),
		"GET /help/{country}":   s.help,
		"GET /compare":          s.compare,
		"/":                     s.notFound,
	}
	if s.options.Pack != nil {
		handlers["GET /pack"] = s.packs
		handlers["GET /pack/{$}"] = redirect("/pack")
		handlers["GET /pack/{country}"] = s.pack
	}
	for pattern, handle := range handlers {
		s.mux.Handle(pattern, s.limited(handle))
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusMovedPermanently) }
}

// maxBody is how large a form may be.
const maxBody = 64 << 10

// policy lets the page load nothing and send nothing anywhere but here.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP answers a request, with the headers that keep what is on the page on the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			// The value may hold what somebody wrote: its type alone is logged.
			s.options.Log.ErrorContext(r.Context(), "web: a request panicked", "path", r.Pattern, "type", fmt.Sprintf("%T", p))
			s.fail(w, r, http.StatusInternalServerError, "web_failed")
		}
	}()
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		h.Set("Allow", "GET, HEAD, POST")
		s.fail(w, r, http.StatusMethodNotAllowed, "web_bad_method")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s.mux.ServeHTTP(w, r)
}

// limited answers only as many requests of one client as the limits allow.
func (s *Server) limited(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.limits.allow(s.options.ClientAddr(r), s.options.Now()) {
			w.Header().Set("Retry-After", "60")
			s.fail(w, r, http.StatusTooManyRequests, "web_too_many")
			return
		}
		next(w, r)
	})
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.fail(w, r, http.StatusMethodNotAllowed, "web_bad_method")
		return
	}
	s.fail(w, r, http.StatusNotFound, "web_not_found")
}

// robots lets search engines find what is there to read, and leaves the chat alone: each visit would begin one.
func robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	fmt.Fprint(w, "User-agent: *\nAllow: /commitments\nAllow: /help\nAllow: /pack\nAllow: /compare\nAllow: /static/\nDisallow: /\n")
}

// asset is a file that browsers keep: its address changes with its content.
type asset struct {
	URL         string
	body        []byte
	contentType string
}

func readAsset(name, contentType string) (asset, error) {
	body, err := fs.ReadFile(files, "static/"+name)
	if err != nil {
		return asset{}, fmt.Errorf("web: read %s: %w", name, err)
	}
	sum := sha256.Sum256(body)
	return asset{URL: "/static/" + name + "?v=" + hex.EncodeToString(sum[:6]), body: body, contentType: contentType}, nil
}

// ServeHTTP sends the file.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(a.URL, "?"+r.URL.RawQuery) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", a.contentType)
	_, _ = w.Write(a.body) // the browser has gone, if it fails
}
