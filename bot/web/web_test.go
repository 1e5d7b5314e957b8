package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/knowledge/statement"
	"cobijo/locales"
	"cobijo/seeds"
)

// fakeBot answers in a way that tests can foretell, and keeps what it was told.
type fakeBot struct {
	mu   sync.Mutex
	got  []bot.Message
	seen map[string]bool
	err  error
	mute bool
}

func (f *fakeBot) Handle(_ context.Context, m bot.Message) ([]bot.Reply, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, m)
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if f.mute || f.seen[m.ID] {
		return nil, f.err
	}
	f.seen[m.ID] = true
	lang := m.LangHint
	choices := []bot.Choice{{ID: "menu", Label: "Menú"}, {ID: "entry:mx/deadlines", Label: "Plazos & más"}, {ID: "lang:en", Label: "English"}, {ID: "lang:es", Label: "Español"}}
	switch {
	case m.Choice == "forget":
		return []bot.Reply{{Kind: dialogue.Menu, Lang: lang, Text: "Erased."}}, f.err
	case m.Choice != "":
		return []bot.Reply{{Kind: dialogue.Guidance, Lang: lang, Text: "Pressed **" + m.Choice + "**."}}, f.err
	case m.Text == "/start":
		return []bot.Reply{{Kind: dialogue.Menu, Lang: lang, Text: "Welcome in " + lang + "."}, {Kind: dialogue.Menu, Lang: lang, Text: "Choose.", Choices: choices}}, f.err
	case m.Text == "panic":
		panic("something that somebody wrote")
	case m.Text == "danger":
		return []bot.Reply{{Kind: dialogue.Emergency, Lang: lang, Text: "Call [911](tel:911)."}}, f.err
	case m.Text == "hello":
		return []bot.Reply{{Kind: dialogue.Guidance, Lang: "en", Text: "An answer with a [source](https://example.org/)."}}, f.err
	}
	return []bot.Reply{{Kind: dialogue.Guidance, Lang: lang, Text: "An answer, *with* words.\n\n1. One\n2. Two", Choices: choices}}, f.err
}

func (f *fakeBot) messages() []bot.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

// testBase has the real statement and guidance; without an engine, words are searched for as they stand.
func testBase(t testing.TB) *knowledge.Base {
	t.Helper()
	b, err := loadBase()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var loadBase = sync.OnceValues(func() (*knowledge.Base, error) {
	s, faults := statement.Load(seeds.FS)
	g, _ := guidance.Load(seeds.FS)
	return &knowledge.Base{Statement: s, Guidance: g}, faults.Err()
})

func testTexts(t testing.TB) *locales.Catalog {
	t.Helper()
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	return texts
}

// site is a server and one browser without JavaScript.
type site struct {
	t      *testing.T
	bot    *fakeBot
	server *httptest.Server
	client *http.Client
	down   atomic.Bool // connections break off
}

func newSite(t *testing.T, o Options) *site {
	t.Helper()
	b := &fakeBot{}
	s, err := New(b, testBase(t), testTexts(t), o)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	one := &site{t: t, bot: b, client: &http.Client{Jar: jar}}
	one.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if one.down.Load() {
			panic(http.ErrAbortHandler)
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(one.server.Close)
	return one
}

func (s *site) do(method, path string, form url.Values, header ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, string(body)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([tn])" value="([^"]*)">`)

// fields gives the hidden fields of the page's form.
func fields(page string) url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

func with(v url.Values, kv ...string) url.Values {
	w := url.Values{}
	for k, all := range v {
		w[k] = slices.Clone(all)
	}
	for i := 0; i+1 < len(kv); i += 2 {
		w.Set(kv[i], kv[i+1])
	}
	return w
}

func has(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in:\n%s", want, body)
		}
	}
}

func TestChatWithoutScript(t *testing.T) {
	s := newSite(t, Options{})
	res, page := s.do("GET", "/", nil, "Accept-Language", "es-MX,es;q=0.9")
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	has(t, page, `<html lang="es">`, "Welcome in es.", "Salir rápido", defaultExit, `<button form="ask" name="choice" value="entry:mx/deadlines">Plazos &amp; más</button>`)
	f := fields(page)
	if f.Get("t") == "" || f.Get("n") == "" {
		t.Fatalf("the form lacks its fields: %v", f)
	}
	_, page = s.do("POST", "/", with(f, "q", "<script>alert(1)</script> ¿cómo?"))
	has(t, page, "&lt;script&gt;alert(1)&lt;/script&gt; ¿cómo?", "An answer, <em>with</em> words.", "<ol><li>One</li>")
	if strings.Contains(page, "<script>alert") {
		t.Error("what was written is markup")
	}
	_, page = s.do("POST", "/", with(fields(page), "q", "", "choice", "entry:mx/deadlines", "l.entry:mx/deadlines", "Plazos & más"))
	has(t, page, "<p>Plazos &amp; más</p>", "Pressed <strong>entry:mx/deadlines</strong>.")
	_, page = s.do("POST", "/", with(fields(page), "q", "hello"))
	has(t, page, `<div class="msg bot" lang="en"`, `href="https://example.org/" target="_blank" rel="noopener noreferrer"`)
	_, page = s.do("POST", "/", with(fields(page), "q", "danger"))
	has(t, page, `<div class="msg bot urgent"`, `href="tel:911"`)

	got := s.bot.messages()
	if len(got) != 5 || got[1].Text != "<script>alert(1)</script> ¿cómo?" || got[2].Choice != "entry:mx/deadlines" {
		t.Errorf("the assistant got %+v", got)
	}
	for _, m := range got {
		if m.Channel != "web" || m.Chat != got[0].Chat || m.Chat == "" || m.ID == "" || m.LangHint != "es" {
			t.Errorf("wrong message %+v", m)
		}
	}
}

func TestReloadIsNotAnsweredTwice(t *testing.T) {
	s := newSite(t, Options{})
	_, page := s.do("GET", "/?lang=en", nil)
	f := with(fields(page), "q", "one")
	s.do("POST", "/", f)
	res, again := s.do("POST", "/", f)
	has(t, again, "I have answered that message already", "<p>one</p>")
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status)
	}
	// The same old page with another question is another message.
	_, other := s.do("POST", "/", with(f, "q", "two"))
	has(t, other, "An answer")
}

func TestFragments(t *testing.T) {
	s := newSite(t, Options{})
	_, page := s.do("GET", "/", nil)
	_, part := s.do("POST", "/", with(fields(page), "q", "a question"), "X-Requested-With", "cobijo")
	has(t, part, `<div class="msg bot"`, "An answer", `<button form="ask"`)
	for _, not := range []string{"<html", "a question", "<form"} {
		if strings.Contains(part, not) {
			t.Errorf("the fragment has %q", not)
		}
	}
	res, part := s.do("POST", "/", url.Values{"q": {"x"}, "t": {"wrong"}}, "X-Requested-With", "cobijo")
	has(t, part, `<div class="msg note"`)
	if res.StatusCode != http.StatusForbidden || res.Header.Get("X-Form-Token") == "" {
		t.Errorf("%s, token %q", res.Status, res.Header.Get("X-Form-Token"))
	}
	_, part = s.do("POST", "/", url.Values{"q": {"x"}, "n": {"2"}, "t": {res.Header.Get("X-Form-Token")}}, "X-Requested-With", "cobijo")
	has(t, part, "An answer")
}

func TestFormsMustBeOurs(t *testing.T) {
	for name, spoil := range map[string]func(*site, url.Values){
		"no token":      func(_ *site, f url.Values) { f.Del("t") },
		"wrong token":   func(_ *site, f url.Values) { f.Set("t", "x") },
		"no cookie":     func(s *site, _ url.Values) { s.client.Jar, _ = cookiejar.New(nil) },
		"other cookie":  func(s *site, _ url.Values) { s.client.Jar, _ = cookiejar.New(nil); s.do("GET", "/", nil) },
		"forged cookie": func(s *site, _ url.Values) { forge(s) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, Options{})
			_, page := s.do("GET", "/?lang=es", nil)
			f := with(fields(page), "q", "mi pregunta")
			spoil(s, f)
			before := len(s.bot.messages())
			res, page := s.do("POST", "/", f, "Accept-Language", "es")
			if res.StatusCode != http.StatusForbidden || len(s.bot.messages()) != before {
				t.Fatalf("%s, %d messages", res.Status, len(s.bot.messages())-before)
			}
			has(t, page, "mi pregunta</textarea>", "envíelo otra vez")
			// The page that says so works.
			_, page = s.do("POST", "/", with(fields(page), "q", "mi pregunta"))
			has(t, page, "An answer")
		})
	}
}

func forge(s *site) {
	u, _ := url.Parse(s.server.URL)
	c := s.client.Jar.Cookies(u)[0]
	c.Value = "A" + c.Value[1:]
	if strings.HasPrefix(c.Value, "AA") {
		c.Value = "B" + c.Value[1:]
	}
	s.client.Jar.SetCookies(u, []*http.Cookie{c})
}

func TestCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := newSite(t, Options{Secure: secure})
		res, _ := s.do("GET", "/", nil)
		if len(res.Cookies()) != 1 {
			t.Fatalf("%d cookies", len(res.Cookies()))
		}
		c := res.Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.MaxAge != 0 || !c.Expires.IsZero() || c.Path != "/" {
			t.Errorf("secure %v: %s", secure, c)
		}
		if strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: named %s", secure, c.Name)
		}
	}
}

func TestCookieEnds(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	s := newSite(t, Options{Now: func() time.Time { return now }})
	_, page := s.do("GET", "/", nil)
	now = now.Add(sessionAge + time.Minute)
	if res, _ := s.do("POST", "/", with(fields(page), "q", "x")); res.StatusCode != http.StatusForbidden {
		t.Error(res.Status)
	}
	if got := s.bot.messages(); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t, Options{Pack: realPack(t)})
	for _, path := range []string{"/", "/commitments", "/commitments/mx-04", "/nowhere", "/static/cobijo.css", "/commitments.csv", "/help", "/help/mx", "/pack", "/pack/mx", "/pack/mx.txt", "/compare"} {
		res, _ := s.do("GET", path, nil)
		for name, want := range map[string]string{"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if res.Header.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", path)
		}
	}
	for _, path := range []string{"/", "/commitments", "/nowhere", "/help", "/help/mx", "/pack", "/pack/mx.txt", "/compare"} {
		if res, _ := s.do("GET", path, nil); res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, res.Header.Get("Cache-Control"))
		}
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "es"}, {"/", "en-US,en;q=0.8,es;q=0.5", "en"}, {"/", "pt-BR", "es"}, {"/?lang=en", "es", "en"}, {"/?lang=xx", "en", "en"}, {"/commitments?lang=en", "es", "en"},
		{"/help?lang=en", "es", "en"}, {"/help/mx", "en", "en"}, {"/pack", "en", "en"}, {"/pack/mx?lang=en", "", "en"}, {"/compare", "es", "es"}, {"/compare?lang=en", "es", "en"},
	} {
		s := newSite(t, Options{Pack: realPack(t)})
		res, page := s.do("GET", tt.path, nil, "Accept-Language", tt.accept)
		if want := `<html lang="` + tt.want + `">`; !strings.Contains(page, want) || res.Header.Get("Content-Language") != tt.want {
			t.Errorf("%s with %q is not in %s", tt.path, tt.accept, tt.want)
		}
	}
	t.Run("is remembered", func(t *testing.T) {
		s := newSite(t, Options{})
		s.do("GET", "/commitments?lang=en", nil, "Accept-Language", "es")
		_, page := s.do("GET", "/", nil, "Accept-Language", "es")
		has(t, page, `<html lang="en">`, "Welcome in en.")
	})
	t.Run("the chat is told", func(t *testing.T) {
		s := newSite(t, Options{})
		s.do("GET", "/?lang=es", nil)
		s.do("GET", "/?lang=en", nil)
		if got := s.bot.messages(); len(got) != 3 || got[1].Choice != "lang:en" || got[2].LangHint != "en" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("pressed", func(t *testing.T) {
		s := newSite(t, Options{})
		_, page := s.do("GET", "/?lang=es", nil)
		_, page = s.do("POST", "/", with(fields(page), "choice", "lang:en"))
		has(t, page, `<html lang="en">`)
		_, page = s.do("POST", "/", with(fields(page), "q", "x"))
		has(t, page, `<html lang="en">`)
	})
}

func TestForget(t *testing.T) {
	s := newSite(t, Options{})
	_, page := s.do("GET", "/?lang=en", nil)
	token := fields(page).Get("t")
	if res, _ := s.do("POST", "/forget", url.Values{"t": {"x"}}); res.StatusCode != http.StatusForbidden {
		t.Error(res.Status)
	}
	res, page := s.do("POST", "/forget", url.Values{"t": {token}})
	has(t, page, "Erased.")
	if c := res.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the cookie stays: %v", c)
	}
	got := s.bot.messages()
	if last := got[len(got)-1]; last.Choice != "forget" || last.Chat != got[0].Chat {
		t.Errorf("%+v", last)
	}
	_, page = s.do("GET", "/", nil)
	if res, _ := s.do("POST", "/forget", url.Values{"t": {fields(page).Get("t")}, "leaving": {"1"}}); res.StatusCode != http.StatusNoContent {
		t.Error(res.Status)
	}
}

func TestFailuresAreSaidInWords(t *testing.T) {
	for _, tt := range []struct {
		name         string
		method, path string
		form         url.Values
		spoil        func(*fakeBot)
		status       int
		es, en       string
	}{
		{"not found", "GET", "/nowhere", nil, nil, 404, "no existe", "no such page"},
		{"no commitment", "GET", "/commitments/zz-99", nil, nil, 404, "no existe", "no such page"},
		{"method", "PUT", "/", nil, nil, 405, "no se puede", "cannot be done"},
		{"no country", "GET", "/help/zz", nil, nil, 404, "no existe", "no such page"},
		{"post to help", "POST", "/help/mx", nil, nil, 405, "no se puede", "cannot be done"},
		{"post elsewhere", "POST", "/commitments", nil, nil, 405, "no se puede", "cannot be done"},
		{"too large", "POST", "/", url.Values{"q": {strings.Repeat("x", maxBody)}}, nil, 413, "demasiado largo", "too long"},
		{"panic", "POST", "/", url.Values{"q": {"panic"}}, nil, 500, "Algo falló", "Something failed"},
		{"empty", "POST", "/", url.Values{"q": {"  "}}, nil, 200, "ninguna palabra", "No words"},
		{"store away", "POST", "/", url.Values{"q": {"x"}}, func(b *fakeBot) { b.err, b.mute = errors.New("no store"), true }, 503, "Algo falló", "Something failed"},
		{"store away, but answered", "POST", "/", url.Values{"q": {"x"}}, func(b *fakeBot) { b.err = errors.New("no store") }, 200, "An answer", "An answer"},
		{"too many for the bot", "POST", "/", url.Values{"q": {"x"}}, func(b *fakeBot) { b.mute = true }, 200, "muchos seguidos", "many came at once"},
	} {
		for lang, want := range map[string]string{"es": tt.es, "en": tt.en} {
			for _, fragment := range []bool{false, true} {
				t.Run(fmt.Sprint(tt.name, lang, fragment), func(t *testing.T) {
					s := newSite(t, Options{})
					_, page := s.do("GET", "/?lang="+lang, nil)
					if tt.spoil != nil {
						tt.spoil(s.bot)
					}
					form := fields(page)
					maps.Copy(form, tt.form)
					header := []string{"Accept-Language", lang}
					if fragment {
						header = append(header, "X-Requested-With", "cobijo")
					}
					res, body := s.do(tt.method, tt.path, form, header...)
					if res.StatusCode != tt.status {
						t.Errorf("%s, want %d", res.Status, tt.status)
					}
					has(t, body, want)
					if strings.Contains(body, "somebody wrote") || strings.Contains(body, "goroutine") {
						t.Error("the cause is shown")
					}
				})
			}
		}
	}
}

func TestWelcomeWithoutTheAssistant(t *testing.T) {
	s := newSite(t, Options{})
	s.bot.err, s.bot.mute = errors.New("no store"), true
	res, page := s.do("GET", "/?lang=en", nil)
	has(t, page, "I am <strong>Cobijo</strong>")
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status)
	}
}

func TestTooManyRequests(t *testing.T) {
	s := newSite(t, Options{Rate: 0.001, Burst: 3})
	for range 3 {
		if res, _ := s.do("GET", "/commitments/mx-04", nil); res.StatusCode != http.StatusOK {
			t.Fatal(res.Status)
		}
	}
	res, page := s.do("GET", "/commitments/mx-04", nil, "Accept-Language", "en")
	has(t, page, "Many messages came")
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Error(res.Status)
	}
	if res, _ := s.do("GET", "/static/cobijo.css", nil); res.StatusCode != http.StatusOK {
		t.Errorf("the page that says so has no style: %s", res.Status)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l, now := newLimiter(1, 1), time.Now()
	for i := range 3 * maxClients {
		l.allow(fmt.Sprintf("10.%d.%d.%d:80", i>>16, i>>8&255, i&255), now)
	}
	if n := len(l.now) + len(l.old); n > 2*maxClients {
		t.Errorf("%d clients are kept", n)
	}
	if l.allow("[2001:db8::1]:80", now); l.allow("[2001:db8::2]:99", now) {
		t.Error("two addresses of one network are two clients")
	}
	if !l.allow("1.2.3.4", now) || l.allow("1.2.3.4:5", now) {
		t.Error("a port makes another client")
	}
}

func TestHeadAsksNothing(t *testing.T) {
	s := newSite(t, Options{})
	res, _ := s.do("HEAD", "/", nil)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 0 || len(s.bot.messages()) != 0 {
		t.Errorf("%s, %d cookies, %d messages", res.Status, len(res.Cookies()), len(s.bot.messages()))
	}
}

// The first page, with all that it loads, is at most 30 KB, before any compression.
func TestFirstPageIsSmall(t *testing.T) {
	s := newSite(t, Options{Pack: realPack(t)})
	for _, lang := range []string{"es", "en"} {
		_, page := s.do("GET", "/?lang="+lang, nil)
		total := len(page)
		for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			res, body := s.do("GET", m[1], nil)
			if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %s, %s", m[1], res.Status, res.Header.Get("Cache-Control"))
			}
			total += len(body)
		}
		t.Logf("%s: %d bytes", lang, total)
		if total > 30_000 {
			t.Errorf("%s: the first page is %d bytes", lang, total)
		}
	}
}

func TestOptions(t *testing.T) {
	if _, err := New(&fakeBot{}, testBase(t), testTexts(t), Options{ExitURL: "javascript:alert(1)"}); err == nil {
		t.Error("any address will do to leave to")
	}
	if _, err := New(nil, nil, nil, Options{}); err == nil {
		t.Error("nothing is needed")
	}
}
