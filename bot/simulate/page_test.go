package simulate_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// visit gets a page, or sends a form to it and gets what it leads to.
func (r *rehearsal) visit(t *testing.T, path string, form url.Values) string {
	t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = client().Get(r.web.URL + path)
	} else {
		resp, err = client().PostForm(r.web.URL+path, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v\n%s", path, resp.StatusCode, err, b)
	}
	return string(b)
}

// sees waits for a page to say something.
func (r *rehearsal) sees(t *testing.T, path, want string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		b := r.visit(t, path, nil)
		if strings.Contains(b, want) {
			return b
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not say %q:\n%s", path, want, b)
		}
	}
}

// value finds a field's or a key's value on a page.
func value(t *testing.T, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no %s on\n%s", pattern, page)
	}
	return strings.ReplaceAll(m[1], "&#34;", `"`)
}

func TestTelegramPage(t *testing.T) {
	r := start(t)
	path := "/es/telegram/0"
	r.visit(t, path, url.Values{"text": {"¿Cómo pido refugio en México? <b>"}})
	page := r.sees(t, path, "COMAR")
	for _, want := range []string{"¿Cómo pido refugio en México? &lt;b&gt;", "<b>México", `<button class="key" name="press"`, `lang="es"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	id := value(t, page, `name="message" value="(\d+)">(?:<div class="keys">)+<button class="key" name="press" value="1:more`)
	r.visit(t, path, url.Values{"message": {id}, "press": {value(t, page, `value="(1:more:[^"]+)"`)}})
	r.sees(t, path, "constancia")
	r.visit(t, path, url.Values{"locale": {"en"}})
	r.visit(t, path, url.Values{"place": {"1"}})
	r.sees(t, path, "Tapachula")
	other := r.visit(t, path, url.Values{"another": {"1"}})
	if !strings.Contains(other, `href="/es/telegram/2" aria-current="page"`) {
		t.Error("nobody else came")
	}
	if live := r.visit(t, path+"?part=live", nil); strings.Contains(live, "<html") || !strings.Contains(live, "COMAR") {
		t.Error("the live part is the whole page, or nothing")
	}
}

func TestSlackPage(t *testing.T) {
	r := start(t)
	ana, team := r.Slack.People()[0], r.Slack.Channels()[0]
	path := "/es/slack/" + ana.ID + "/" + team.ID
	r.visit(t, path, url.Values{"text": {"/commitments méxico detención"}})
	page := r.sees(t, path, "mx-04")
	if !strings.Contains(page, "solo usted lo ve") {
		t.Error("everybody sees it")
	}
	ts := value(t, page, `name="message" value="([0-9.]+)"`)
	r.visit(t, path, url.Values{"message": {ts}, "press": {value(t, page, `name="press" value="(share#[^"]*)"`)}})
	if got := r.sees(t, path, "Compartido por"); !strings.Contains(got, "@ana") {
		t.Error("nobody shared it")
	}
	r.visit(t, path, url.Values{"text": {"@cobijo ¿qué prometió Guatemala?"}})
	r.sees(t, path, "gt-01")
	r.visit(t, "/es/slack/"+ana.ID+"/direct", url.Values{"text": {"¿qué prometió Honduras?"}})
	r.sees(t, "/es/slack/"+ana.ID+"/direct", "Honduras")
	// A reminder is set up in a modal.
	r.visit(t, path, url.Values{"text": {"/commitments recordar"}})
	page = r.sees(t, path, `<dialog open`)
	view := value(t, page, `name="view" value="([^"]+)"`)
	if !strings.Contains(page, `value="submit"`) {
		t.Error("the modal cannot be sent")
	}
	if got := r.visit(t, path, url.Values{"view": {view}, "do": {"close"}}); strings.Contains(got, "<dialog open") {
		t.Error("the modal is still open")
	}
	r.visit(t, path, url.Values{"text": {"/commitments recordar"}})
	form := filled(r.sees(t, path, `<dialog open`))
	form.Set("do", "submit")
	if got := r.visit(t, path, form); !strings.Contains(got, `class="error"`) {
		t.Error("what is missing is not said")
	}
	form = filled(r.visit(t, path, nil)) // the rest is still filled in
	form.Set("do", "submit")
	form.Set("f:participants", "mx")
	r.visit(t, path, form)
	page = r.sees(t, path, "26 de noviembre de 2026, 09:00") // saved, with the next days on which it comes
	view = value(t, page, `name="view" value="([^"]+)"`)
	r.visit(t, path, url.Values{"view": {view}, "press": {value(t, page, `name="press" value="(preview#[^"]*)"`)}})
	r.sees(t, path, "<h3>") // the reminder as it will come
	r.visit(t, path, url.Values{"view": {view}, "do": {"close"}})
	r.visit(t, path, url.Values{"text": {"/commitments recordatorios"}})
	r.sees(t, path, "México")
	home := "/en/slack/" + ana.ID + "/home"
	r.visit(t, home, url.Values{"open": {"1"}})
	r.sees(t, home, `class="key`)
	r.visit(t, path, url.Values{"archive": {"1"}})
	if got := r.visit(t, path, nil); !strings.Contains(got, `name="unarchive"`) {
		t.Error("the channel is not archived")
	}
	if got := r.visit(t, path, url.Values{"message": {"1.2"}, "press": {"x"}}); !strings.Contains(got, `role="alert"`) {
		t.Error("nobody is told that there is no such message")
	}
}

func TestPageIsForThisMachineAlone(t *testing.T) {
	r := start(t)
	resp, err := client().Get(r.web.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	ask := func(method, path string, change func(*http.Request)) int {
		q, err := http.NewRequestWithContext(t.Context(), method, r.web.URL+path, strings.NewReader("text=x"))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(q)
		resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(q)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for name, tc := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"another name":     {"GET", "/es/telegram/0", func(q *http.Request) { q.Host = "rebound.example:8090" }, http.StatusMisdirectedRequest},
		"this machine":     {"GET", "/es/telegram/0", func(q *http.Request) { q.Host = "localhost:8090" }, http.StatusOK},
		"another site":     {"POST", "/es/telegram/0", func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"no such language": {"GET", "/xx/telegram/0", func(*http.Request) {}, http.StatusNotFound},
		"nobody":           {"GET", "/es/telegram/99", func(*http.Request) {}, http.StatusNotFound},
		"no number":        {"GET", "/es/telegram/-1", func(*http.Request) {}, http.StatusNotFound},
		"nobody there":     {"GET", "/es/slack/U1/C1", func(*http.Request) {}, http.StatusNotFound},
		"begin in English": {"GET", "/", func(q *http.Request) { q.Header.Set("Accept-Language", "en") }, http.StatusSeeOther},
	} {
		if got := ask(tc.method, tc.path, tc.change); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

var (
	fieldName = regexp.MustCompile(`name="has" value="([^"]+)"`)
	selected  = regexp.MustCompile(`<option value="([^"]+)" selected`)
	anyOption = regexp.MustCompile(`<option value="([^"]+)"`)
	typed     = regexp.MustCompile(`<input id="[^"]*" name="[^"]*" type="[^"]*" value="([^"]+)"`)
	checked   = regexp.MustCompile(`value="([^"]+)" checked`)
)

// filled fills in the form of the modal on a page: what stands in it already, else the first option of what must be chosen.
func filled(page string) url.Values {
	page = page[strings.Index(page, "<dialog open"):]
	form := url.Values{"view": {regexp.MustCompile(`name="view" value="([^"]+)"`).FindStringSubmatch(page)[1]}}
	parts := strings.Split(page, `<div class="field">`)
	for _, part := range parts[1:] {
		m := fieldName.FindStringSubmatch(part)
		if m == nil {
			continue
		}
		form.Add("has", m[1])
		for _, re := range []*regexp.Regexp{selected, typed, checked} {
			for _, v := range re.FindAllStringSubmatch(part, -1) {
				form.Add(m[1], strings.ReplaceAll(v[1], "&#34;", `"`))
			}
		}
		if v := anyOption.FindStringSubmatch(part); v != nil && !form.Has(m[1]) && strings.Contains(part, " required") {
			form.Add(m[1], v[1])
		}
	}
	return form
}
