package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const chromium = "/usr/bin/chromium"

// browser is a headless Chromium with an empty profile. What it complains of, and what it asks others for, fails the test.
type browser struct {
	context.Context
	t    *testing.T
	site *site
	exit *httptest.Server

	mu         sync.Mutex
	complaints []string
	asked      []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s: the page cannot be tried in a browser", chromium)
		}
		t.Skipf("SKIPPED: there is no %s, so the page was not tried in a browser", chromium)
	}
	b := &browser{t: t}
	b.exit = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>Clima</title><link rel=icon href='data:,'><p id=clima>Soleado"))
	}))
	t.Cleanup(b.exit.Close)
	b.site = newSite(t, Options{ExitURL: b.exit.URL + "/search?q=clima", Burst: 1000, Pack: realPack(t)})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "es"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b.Context = ctx
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, "console: "+string(e.Type))
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

type (
	css  = chromedp.CSS
	step = chromedp.Action[chromedp.Void]
)

func (b *browser) run(steps ...step) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func get[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.Context, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func call[P, R any](b *browser, c cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, c, params); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.site.server.URL+path), chromedp.WaitReady(css("main")))
}

func (b *browser) text(selector string) string {
	b.t.Helper()
	return get(b, chromedp.TextContent(css(selector)))
}

func eval[T any](b *browser, js string) T {
	b.t.Helper()
	return get(b, chromedp.Evaluate[T](js))
}

// scheme says whether the person prefers light or dark.
func (b *browser) scheme(s string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s}}})
}

// sees waits until the condition holds on the page.
func (b *browser) sees(js string) {
	b.t.Helper()
	b.run(chromedp.Poll[chromedp.Void](js, chromedp.WithPollingTimeout(10*time.Second)))
}

// clean fails where the browser complained, or asked anybody else for anything.
func (b *browser) clean(allowed ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("the browser complains: %s", c)
	}
	for _, a := range b.asked {
		u, err := url.Parse(a)
		if err != nil || u.Scheme == "http" && !strings.HasPrefix(a, b.site.server.URL) && !startsWithAny(a, allowed) || u.Scheme == "https" {
			b.t.Errorf("the page asks somebody else: %s", a)
		}
	}
}

func startsWithAny(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func TestBrowserChat(t *testing.T) {
	b := newBrowser(t)
	b.open("/?lang=es")
	b.run(chromedp.SendKeys(css("#q"), "¿Cómo pido refugio? <b>x</b>\r"))
	b.sees(`document.querySelectorAll('#log .bot').length === 3 && !document.querySelector('#log').textContent.includes('…')`)
	if got := b.text("#log .you p"); got != "¿Cómo pido refugio? <b>x</b>" {
		t.Errorf("said %q", got)
	}
	if !eval[bool](b, `document.activeElement.id === 'q' && document.activeElement.value === ''`) {
		t.Error("who writes does not go on writing")
	}
	b.run(chromedp.Click(css(`#log .choices:last-of-type button[value="entry:mx/deadlines"]`)))
	b.sees(`[...document.querySelectorAll('#log strong')].some(e => e.textContent === 'entry:mx/deadlines')`)
	if !eval[bool](b, `document.activeElement.matches('.msg.bot') && document.activeElement.textContent.includes('Pressed')`) {
		t.Error("who pressed does not go on at the answer")
	}
	if got := eval[string](b, `[...document.querySelectorAll('#log .you p')].at(-1).textContent`); got != "Plazos & más" {
		t.Errorf("pressed %q", got)
	}
	// The language, by the button in the chat and by the one in the frame.
	b.run(chromedp.Click(css(`button[value="lang:en"]`)), chromedp.WaitReady(css(`html[lang="en"] #log .bot`)))
	b.run(chromedp.Click(css(`.top nav a[lang="es"]`)), chromedp.WaitReady(css(`html[lang="es"] #log .bot`)))
	b.clean()
}

func TestBrowserFailureIsSaid(t *testing.T) {
	b := newBrowser(t)
	b.open("/?lang=es")
	b.site.down.Store(true)
	b.run(chromedp.SendKeys(css("#q"), "hola\r"))
	b.sees(`document.querySelector('#log .note')?.textContent.includes('Revise la conexión')`)
	if got := eval[string](b, `document.getElementById('q').value.trim()`); got != "hola" {
		t.Errorf("what was written is lost: %q", got)
	}
	b.site.down.Store(false)
	b.run(chromedp.Click(css(".send")))
	b.sees(`document.querySelectorAll('#log .bot').length === 3`)
}

func TestBrowserLeavesQuickly(t *testing.T) {
	for name, leave := range map[string]step{
		"pressed":      chromedp.Click(css("#exit")),
		"escape twice": chromedp.Steps(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Escape)),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrowser(t)
			b.open("/?lang=es")
			b.run(chromedp.Click(css(`.top nav a[lang="en"]`)), chromedp.WaitReady(css(`html[lang="en"] #log .bot`)))
			b.run(chromedp.Click(css(`button[value="lang:es"]`)), chromedp.WaitReady(css(`html[lang="es"] #log .bot`)))
			before := len(b.site.bot.messages())
			b.run(leave, chromedp.WaitVisible(css("#clima")))
			for _, e := range get(b, chromedp.NavigationEntries()).Entries {
				if strings.HasPrefix(e.URL, b.site.server.URL) {
					t.Errorf("the way back leads to %s", e.URL)
				}
			}
			for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				got := b.site.bot.messages()
				if len(got) > before && got[len(got)-1].Choice == "forget" {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("the chat was not forgotten")
				}
			}
			b.clean(b.exit.URL)
		})
	}
}

func TestBrowserWithoutScript(t *testing.T) {
	b := newBrowser(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("/?lang=es")
	b.run(chromedp.SendKeys(css("#q"), "¿Cómo pido refugio?"), chromedp.Click(css(".send")), chromedp.WaitReady(css("#log .you")))
	if got := b.text("#log .you p"); got != "¿Cómo pido refugio?" {
		t.Errorf("said %q", got)
	}
	b.run(chromedp.Click(css(`button[value="menu"]`)), chromedp.WaitReady(css("#log strong")))
	if got := b.text("#log .you p"); got != "Menú" {
		t.Errorf("pressed %q", got)
	}
	b.run(chromedp.Click(css(".forget button")), chromedp.WaitReady(css("main .note")))
	b.run(chromedp.Click(css("#exit")), chromedp.WaitReady(css("#clima")))
	b.clean(b.exit.URL)
}

func TestBrowserCommitments(t *testing.T) {
	b := newBrowser(t)
	b.open("/commitments?lang=en")
	b.run(chromedp.SetValue(css("#participant"), "mx"), chromedp.Submit(css(".filter")), chromedp.WaitReady(css(`option[value="mx"][selected]`)))
	if got := b.text(".count strong"); got != "18 of 188 commitments" {
		t.Errorf("count %q", got)
	}
	b.run(chromedp.Click(css(`.list a[href="/commitments/mx-04"]`)), chromedp.WaitReady(css("blockquote")))
	if got, want := b.text(`blockquote[lang="en"]`), testBase(t).Statement.Commitment("mx-04").Text.EN; got != want {
		t.Errorf("%q is not verbatim", got)
	}
	b.clean()
}

func TestBrowserStartsWithAnEntry(t *testing.T) {
	b := newBrowser(t)
	b.open("/?start=mx_deadlines&lang=es")
	b.sees(`document.querySelector('#log .bot strong')?.textContent === 'entry:mx/deadlines'`)
	b.run(chromedp.Click(css(`.top nav a[lang="en"]`)), chromedp.WaitReady(css(`html[lang="en"] #log .bot strong`)))
	if got := b.text("#log .bot strong"); got != "entry:mx/deadlines" {
		t.Errorf("in the other language it begins with %q", got)
	}
	b.run(chromedp.SendKeys(css("#q"), "and then?\r"))
	b.sees(`document.querySelectorAll('#log .bot').length === 2 && !document.querySelector('#log').textContent.includes('…')`)
	b.clean()
}

// The pages to read take the chat's place, so that leaving quickly leaves nothing behind.
func TestBrowserReads(t *testing.T) {
	b := newBrowser(t)
	b.open("/?lang=es")
	b.run(chromedp.Click(css(`footer a[href="/help"]`)), chromedp.WaitReady(css(".countries")))
	b.run(chromedp.Click(css(`.countries a[href="/help/mx"]`)), chromedp.WaitReady(css("#kind")))
	b.run(chromedp.SetValue(css("#kind"), "shelter"), chromedp.Click(css(".filter button")), chromedp.WaitReady(css(`option[value="shelter"][selected]`)))
	if got := eval[[]string](b, `[...document.querySelectorAll('.kind')].map(e => e.querySelector('h2').id)`); strings.Join(got, " ") != "k-emergency k-shelter" {
		t.Errorf("it shows %v", got)
	}
	b.run(chromedp.Click(css(`.count a[href="/pack/mx"]`)), chromedp.WaitReady(css(".text h1")))
	b.run(chromedp.Click(css(`footer a[href="/compare"]`)), chromedp.WaitReady(css(".compare")))
	b.run(chromedp.Click(css(`.tabs a[href="/compare?on=deadline"]`)), chromedp.WaitReady(css(".compare.one")))
	b.run(chromedp.Click(css("#exit")), chromedp.WaitVisible(css("#clima")))
	for _, e := range get(b, chromedp.NavigationEntries()).Entries {
		if strings.HasPrefix(e.URL, b.site.server.URL) {
			t.Errorf("the way back leads to %s", e.URL)
		}
	}
	b.clean(b.exit.URL)
}

func TestBrowserReadsWithoutScript(t *testing.T) {
	b := newBrowser(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("/help/mx?lang=es")
	b.run(chromedp.SetValue(css("#kind"), "legal-aid"), chromedp.Click(css(".filter button")), chromedp.WaitReady(css(`option[value="legal-aid"][selected]`)))
	b.clean()
}

// On paper there is nothing to press, and what is there to read is.
func TestBrowserPrints(t *testing.T) {
	b := newBrowser(t)
	for path, there := range map[string]string{"/help/mx": ".tel", "/help": ".tel", "/pack/mx": ".text h2", "/compare": ".refs a"} {
		b.open(path)
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		shown := eval[[]string](b, `[...document.querySelectorAll('button, select, textarea, .button, .exit, .filter, .top nav, .ways, .jump-line')].filter(e => e.getClientRects().length).map(e => e.outerHTML.slice(0, 90))`)
		for _, e := range shown {
			t.Errorf("%s prints %s", path, e)
		}
		if !eval[bool](b, `document.querySelector('`+there+`').getClientRects().length > 0`) {
			t.Errorf("%s does not print %s", path, there)
		}
	}
	b.clean()
}

// Nothing is wider than a narrow telephone, and what is pressed is large enough for a thumb.
func TestBrowserNarrow(t *testing.T) {
	b := newBrowser(t)
	for _, path := range []string{"/?lang=es", "/?lang=en", "/commitments?lang=es", "/commitments?lang=en", "/commitments/mx-04", "/commitments/joint-02?lang=es", "/nowhere",
		"/?start=mx_deadlines", "/help?lang=es", "/help?lang=en", "/help/mx?lang=es", "/help/ca?lang=en", "/help/us?lang=en", "/help/gt?kind=shelter", "/pack?lang=es", "/pack?lang=en", "/pack/mx?lang=es", "/pack/ca?lang=en",
		"/compare?lang=es", "/compare?on=deadline&lang=en", "/compare?on=work&lang=es"} {
		b.mu.Lock()
		b.complaints = nil // a page that is not there is a complaint
		b.mu.Unlock()
		b.open(path)
		if w := eval[int](b, `document.documentElement.scrollWidth`); w > 360 {
			t.Errorf("%s is %d wide", path, w)
		}
		small := eval[[]string](b, `[...document.querySelectorAll('button, select, textarea, input:not([type=hidden]), .top a, .button, summary, footer a, .chip, .jump, .tel, .plain, .refs a, .compare .ways a')]
			.filter(e => { const r = e.getBoundingClientRect(); return r.width && (r.height < 43.5 || r.width < 24) }).map(e => e.outerHTML.slice(0, 90))`)
		for _, e := range small {
			t.Errorf("%s: too small to press: %s", path, e)
		}
		unnamed := eval[[]string](b, `[...document.querySelectorAll('button, a, select, textarea, input:not([type=hidden])')]
			.filter(e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).map(e => e.outerHTML.slice(0, 90))`)
		for _, e := range unnamed {
			t.Errorf("%s: has no name: %s", path, e)
		}
	}
}

// Every text stands out enough from its ground (WCAG 1.4.3), in light and in dark.
func TestBrowserContrast(t *testing.T) {
	b := newBrowser(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, path := range []string{"/?lang=es", "/commitments?lang=es", "/commitments/mx-04", "/nowhere", "/help", "/help/mx", "/pack", "/pack/mx", "/compare", "/compare?on=cost"} {
			b.scheme(scheme)
			b.open(path)
			for _, e := range eval[[]string](b, contrastJS) {
				t.Errorf("%s, %s: %s", path, scheme, e)
			}
		}
	}
}

const contrastJS = `(() => {
	const rgb = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m };
	const lum = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
	const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c } return [255, 255, 255] };
	const bad = new Set();
	for (const e of document.querySelectorAll('body *')) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length || e.closest('.vh, select')) continue;
		const style = getComputedStyle(e), a = lum(rgb(e.closest('svg') ? style.fill : style.color)), z = lum(ground(e));
		const ratio = (Math.max(a, z) + .05) / (Math.min(a, z) + .05);
		if (ratio < 4.5) bad.add(ratio.toFixed(2) + ' ' + e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30));
	}
	return [...bad];
})()`

// TestShots takes pictures for people to look at, into the folder that COBIJO_SHOTS names.
func TestShots(t *testing.T) {
	folder := os.Getenv("COBIJO_SHOTS")
	if folder == "" {
		t.Skip("COBIJO_SHOTS names no folder")
	}
	b := newBrowser(t)
	shoot := func(name string, full bool) {
		shot := chromedp.CaptureScreenshot()
		if full {
			shot = chromedp.FullScreenshot(100)
		}
		png := get(b, shot)
		if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1280} {
			b.run(chromedp.EmulateViewport(width, 740))
			b.scheme(scheme)
			name := scheme + "-" + map[int64]string{360: "narrow", 1280: "wide"}[width]
			b.open("/?lang=es")
			shoot(name+"-chat", false)
			b.run(chromedp.SendKeys(css("#q"), "¿Cómo pido refugio en México?\r"))
			b.sees(`document.querySelectorAll('#log .you').length === 1 && !document.querySelector('#log').textContent.includes('…')`)
			shoot(name+"-chat-asked", false)
			shoot(name+"-chat-full", true)
			b.open("/commitments?lang=es")
			shoot(name+"-commitments", false)
			b.open("/commitments?lang=en&participant=cr")
			shoot(name+"-commitments-full", true)
			b.open("/commitments/mx-04?lang=es")
			shoot(name+"-commitment", true)
			for page, path := range map[string]string{
				"help": "/help?lang=es", "help-mx": "/help/mx?lang=es", "help-ca": "/help/ca?lang=en", "help-shelter": "/help/mx?kind=shelter&lang=es", "packs": "/pack?lang=es",
				"pack": "/pack/mx?lang=en", "compare": "/compare?lang=es", "compare-deadline": "/compare?on=deadline&lang=en", "start": "/?start=mx_deadlines&lang=es",
			} {
				b.open(path)
				shoot(name+"-"+page, true)
			}
		}
	}
}
