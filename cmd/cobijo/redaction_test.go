//go:build unix

package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wrote gives what people write in the recorded conversations of the project, and what they would better not have written.
func wrote(t *testing.T) []string {
	t.Helper()
	all := []string{
		"Me llamo Zoraida Quetzalli Xochimancas, mi teléfono es +52 55 8765 4321",
		"my case number is MXQ-77120 and my lawyer is Ignatius Quillfeather",
		"me escondo en la calle Azucenas 47 de Tapachula, me amenazaron de muerte",
		"escríbame a zoraida.quetzalli@example.org",
		"\x00\xff Zoraida \u202e Quetzalli",
	}
	files, err := filepath.Glob("../../bot/*/testdata/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d conversations, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if text, ok := strings.CutPrefix(line, "> "); ok {
				all = append(all, strings.TrimSpace(text))
			}
		}
	}
	return all
}

// Everything is said that the recorded conversations say, while all goes well, while Redis is down and while Telegram is; what the
// processes log and count tells no word of it, no name, no chat and no token. launch looks at each line.
func TestNothingPrivateIsLogged(t *testing.T) {
	notInShort(t)
	t.Parallel()
	said := wrote(t)
	r, api := newRedis(t), telegramServer(t)
	r.start()
	own := api.own()
	own.add("Zoraida", "Quetzalli", "Xochimancas", "Quillfeather", "8765 4321", "MXQ-77120", "Azucenas", "example.org")
	addr := freeAddr(t)
	p := launch(t, own, addr, telegramEnv(api, "webhook", "REDIS_URL="+r.url(), "COBIJO_REDIS_WAIT=100ms",
		"TELEGRAM_WEBHOOK_SECRET="+hookSecret, "TELEGRAM_WEBHOOK_URL=http://"+addr+"/telegram/webhook")...)
	eventually(t, "the webhook is registered", func() bool { return len(api.Calls("setWebhook")) > 0 })
	n := 0
	talk := func(every int) {
		t.Helper()
		before := 0
		for i := range api.chats {
			before += len(api.Said(api.chats[i]))
		}
		begun := n
		for i := 0; i < len(said); i += every {
			if strings.Contains(said[i], " ") { // one word alone, as "delete", stands in lines of our own
				own.add(said[i])
			}
			api.Say(api.chats[n%len(api.chats)], said[i])
			n++
		}
		if begun == n {
			t.Fatal("nothing was said")
		}
		eventually(t, "what was said is taken", func() bool { return api.Pending() == 0 || api.down.Load() || r.cmd == nil })
	}
	web := func(texts ...string) {
		t.Helper()
		v := p.visit()
		for _, text := range texts {
			v.ask(text)
		}
		if page, status := v.do(http.MethodPost, "/?q=Zoraida", strings.NewReader("q=Zoraida&t=forged&choice=Zoraida")); status == http.StatusOK {
			t.Errorf("a forged form is taken: %.300s", page)
		}
	}
	hook := func(secret string, body string) {
		t.Helper()
		if _, err := api.Post("http://"+addr+"/telegram/webhook", secret, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}

	talk(1)
	web(said[0], said[1], said[2], said[3])
	hook("not the secret, says Zoraida Quetzalli", `{"update_id":1}`)
	hook(hookSecret, `{"update_id":1,"message":{"text":"Zoraida Quetzalli`)
	hook(hookSecret, `{"update_id":"Zoraida Quetzalli"}`)
	api.down.Store(true)
	talk(4)
	time.Sleep(200 * time.Millisecond)
	api.down.Store(false)
	api.cut.Store(true)
	talk(4)
	time.Sleep(200 * time.Millisecond)
	api.cut.Store(false)
	r.kill()
	talk(8)
	web(said[0], said[2])
	p.ready()
	r.start()
	eventually(t, "it is ready again", p.ready)
	talk(8)
	eventually(t, "all is taken", func() bool { return api.Pending() == 0 })
	if n := p.metric(`cobijo_updates_total{channel="telegram",outcome="answered"}`); n < 100 {
		t.Errorf("only %v messages were answered: this looks at nothing", n)
	}
	if err := p.terminate(); err != nil {
		t.Error(err)
	}
	logged := p.logs.String()
	t.Logf("%d messages; %d log lines of %d bytes", n, strings.Count(logged, "\n"), len(logged))
	for _, kind := range []string{"no session", "not sent", "not an update"} {
		if !strings.Contains(logged, kind) {
			t.Errorf("%q is not logged: this looks at too little", kind)
		}
	}
	own.mu.Lock()
	defer own.mu.Unlock()
	if len(own.all) < 100 {
		t.Errorf("only %d private words are looked for", len(own.all))
	}
}

// do sends a request as the visitor.
func (v *visitor) do(method, path string, body *strings.Reader) (string, int) {
	v.t.Helper()
	r, err := http.NewRequest(method, "http://"+v.p.addr+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(resp.Body)
	return b.String(), resp.StatusCode
}
