package simulate_test

import (
	"context"
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
)

const chromium = "/usr/bin/chromium"

// browser is a headless Chromium on the page. What it complains of, and what it asks others for, fails the test.
type browser struct {
	context.Context
	t *testing.T
	r *rehearsal

	mu         sync.Mutex
	complaints []string
}

type css = chromedp.CSS

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s: the page cannot be tried in a browser", chromium)
		}
		t.Skipf("SKIPPED: there is no %s, so the page was not tried in a browser", chromium)
	}
	b := &browser{t: t, r: start(t)}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "es"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 900)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b.Context = ctx
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, runtime.Enable, cdp.Empty{})
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, c := range b.complaints {
			t.Error("the browser:", c)
		}
	})
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
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || strings.HasPrefix(u.Scheme, "http") && !strings.HasPrefix(e.Request.URL, b.r.web.URL) {
			b.complaints = append(b.complaints, "asks somebody else: "+e.Request.URL)
		}
	}
}

func call[P, R any](b *browser, c cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, c, params); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.Context, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// sees waits until the condition holds on the page, which may be loaded anew meanwhile.
func (b *browser) sees(js string) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds, err := chromedp.Run(b.Context, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && holds {
			return
		}
	}
	b.t.Fatalf("not within a minute: %s", js)
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.r.web.URL+path), chromedp.WaitReady(css("main")))
}

// picture keeps what the page looks like, where somebody wants to see it.
func (b *browser) picture(name string) {
	dir := os.Getenv("COBIJO_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.Context, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	b.open("/")
	b.run(chromedp.SendKeys(css("#text"), "¿Cómo pido refugio en México?\r"))
	b.sees(`document.querySelector('#live')?.textContent.includes('COMAR')`)
	b.picture("telegram")
	b.run(chromedp.Click(css(`#live button[value^="1:more"]`)))
	b.sees(`document.querySelectorAll('#live .bot').length >= 2`)

	ana, team := b.r.Slack.People()[0], b.r.Slack.Channels()[0]
	b.open("/es/slack/" + ana.ID + "/" + team.ID)
	b.run(chromedp.SendKeys(css("#text"), "/commitments méxico detención\r"))
	b.sees(`document.querySelector('#live')?.textContent.includes('mx-04')`)
	b.picture("slack")
	// What comes without the person doing anything is shown by itself.
	b.r.Slack.Mention(b.r.PersonOnSlack("eva"), b.r.ChannelOnSlack(team.ID), "¿qué prometió Guatemala?")
	b.sees(`document.querySelector('#live')?.textContent.includes('qué prometió Guatemala')`)
	b.run(chromedp.SendKeys(css("#text"), "/commitments recordar\r"))
	b.sees(`document.querySelector('dialog.modal button[value=submit]') !== null`)
	b.picture("modal")
}

func TestBrowserWithoutScript(t *testing.T) {
	b := newBrowser(t)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open("/en/telegram/1")
	b.run(chromedp.SendKeys(css("#text"), "How do I apply for asylum in Mexico?"), chromedp.Click(css(".write button")), chromedp.WaitReady(css("#live .bot button")))
	b.run(chromedp.Click(css(`#live button[value^="1:more"]`)), chromedp.WaitReady(css("#live .bot ~ .bot")))
	b.picture("without-script")
}
