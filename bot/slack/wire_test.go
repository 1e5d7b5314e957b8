package slack_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
	"cobijo/bot/slack"
)

const blockActions = `{"type":"block_actions","user":{"id":"USER"},"team":{"id":"TEAM"},"channel":{"id":"CHANNEL"},` +
	`"container":{"type":"message","message_ts":"TS","channel_id":"CHANNEL","is_ephemeral":false},"trigger_id":"t.TS","actions":[BLOCKS]}`

// send sends a signed body to the app.
func (s *stage) send(path, contentType string, body []byte, change func(*http.Request)) (int, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.front.URL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	at, signature := s.Sign(body, time.Now())
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", signature)
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(said)
}

func (s *stage) sendInteraction(p *fakeslack.Person, c *fakeslack.Channel, m fakeslack.Message, payload string) int {
	payload = strings.NewReplacer("USER", p.ID, "TEAM", s.TeamID, "CHANNEL", c.ID, "TS", m.TS).Replace(payload)
	status, _ := s.send("/slack/interactions", "application/x-www-form-urlencoded", []byte(url.Values{"payload": {payload}}.Encode()), nil)
	return status
}

func TestSignatures(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	body := []byte(`{"type":"url_verification","challenge":"abc"}`)
	post := func(change func(*http.Request)) (int, string) {
		return s.send("/slack/events", "application/json", body, change)
	}
	if status, said := post(nil); status != 200 || said != "abc" {
		t.Errorf("the address is verified with %d %q", status, said)
	}
	sign := func(at time.Time, body []byte) func(*http.Request) {
		return func(r *http.Request) {
			ts, signature := s.Sign(body, at)
			r.Header.Set("X-Slack-Request-Timestamp", ts)
			r.Header.Set("X-Slack-Signature", signature)
		}
	}
	for name, change := range map[string]func(*http.Request){
		"six minutes old":     sign(time.Now().Add(-6*time.Minute), body),
		"six minutes to come": sign(time.Now().Add(6*time.Minute), body),
		"another body":        sign(time.Now(), []byte("{}")),
		"no signature":        func(r *http.Request) { r.Header.Del("X-Slack-Signature") },
		"no time":             func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") },
		"no number":           func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "now") },
		"no hex":              func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0=zz") },
		"too short":           func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0=00") },
	} {
		if status, _ := post(change); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
	// The same request twice is somebody else's the second time.
	at := time.Now().Add(-time.Minute)
	if status, _ := post(sign(at, body)); status != 200 {
		t.Errorf("a minute old: %d", status)
	}
	if status, _ := post(sign(at, body)); status != http.StatusConflict {
		t.Errorf("replayed: %d", status)
	}
	for _, path := range []string{"/slack/events", "/slack/commands", "/slack/interactions"} {
		if status, _ := s.send(path, "text/plain", []byte("no "+path), nil); status != http.StatusBadRequest {
			t.Errorf("nonsense to %s: %d", path, status)
		}
		if status, _ := s.send(path, "text/plain", bytes.Repeat([]byte("x"), 2<<20), nil); status != http.StatusRequestEntityTooLarge {
			t.Errorf("two megabytes to %s: %d", path, status)
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.front.URL+path, nil)
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %v %v", path, resp, err)
		}
	}
}

func TestRepeats(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		direct := s.Direct(ana)
		s.Retries = []time.Duration{0, 1100 * time.Millisecond, time.Second} // the same within a second is a replay
		d := s.DM(ana, "¿Qué plazo hay para pedir asilo en México?")
		s.taken(d, nil)
		s.until("an answer", func() bool { return len(s.Said(direct)) == 1 })
		s.taken(s.Redeliver(d), nil) // the same event
		s.taken(s.Repeat(d), nil)    // the same message as another event
		s.taken(s.DM(ana, "menú"), nil)
		s.until("the answer to the next", func() bool { return len(s.Said(direct)) >= 2 })
		if n := len(s.Said(direct)); n != 2 {
			t.Errorf("%d answers to two messages:\n%s", n, s.Transcript(direct))
		}
		// What was written anew is answered anew.
		s.taken(s.EditMessage(direct, d.TS, "¿Cuánto tarda la respuesta en México?"), nil)
		s.until("the answer to the edit", func() bool { return len(s.Said(direct)) == 3 })
	})
}

func TestNoLoops(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		direct := s.Direct(ana)
		// Slack tells us of our own messages too: it told of this answer.
		s.posted(direct, func() (*fakeslack.Delivery, error) { return s.DM(ana, "menú"), nil })
		for _, d := range s.Deliveries() {
			_ = d.Wait(t.Context())
		}
		s.taken(s.DM(ana, "menú"), nil)
		s.until("two answers", func() bool { return len(s.Said(direct)) == 2 })
		if n := len(s.Calls("chat.postMessage")); n != 2 {
			t.Errorf("%d messages for two", n)
		}
	})
}

func TestAcknowledgedInTime(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		t.Parallel()
		s := open(t, setup{way: way})
		ana := s.Person("ana", "en-US", "America/New_York")
		team := s.Channel("coordination", ana)
		const slow = 6 * time.Second
		s.Fail("chat.postMessage", fakeslack.Fault{Delay: slow})
		s.Fail("response_url", fakeslack.Fault{Delay: slow})
		// Acknowledged before Slack's API has taken the answer: however slow the machine is, that takes longer.
		told := s.DM(ana, "menu")
		asked := s.Slash(ana, team, "/commitments", "mx")
		if d := s.taken(told, nil); d.Attempts() != 1 || d.Took() >= slow || len(s.Said(s.Direct(ana))) > 0 {
			t.Errorf("brought %d times, %v", d.Attempts(), d.Took())
		}
		if d := s.taken(asked, nil); d.Took() >= slow {
			t.Errorf("a command is taken after %v", d.Took())
		}
		s.until("what was asked for", func() bool { return len(s.Ephemeral(ana)) == 1 })
		s.until("the answer", func() bool { return len(s.Said(s.Direct(ana))) == 1 })
	})
}

func TestThrottledAndIll(t *testing.T) {
	for name, faults := range map[string][]fakeslack.Fault{
		"throttled":               {{Code: 429, RetryAfter: 1}},
		"ill":                     {{Code: 500}, {Code: 503}},
		"cut":                     {{Cut: true}},
		"ill after having posted": {{Code: 500, Done: true}},
		"cut after having posted": {{Cut: true, Done: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, setup{way: overHTTP, clock: &clock{t: time.Now()}, options: func(o *slack.Options) { o.Now = time.Now }})
			ana := s.Person("ana", "es-419", "America/Mexico_City")
			s.Fail("chat.postMessage", faults...)
			s.taken(s.DM(ana, "menú"), nil)
			s.until("the answer", func() bool { return len(s.Said(s.Direct(ana))) > 0 })
			s.until("the outbox is empty", func() bool { return len(s.keys(":o")) == 0 })
			if n := len(s.Said(s.Direct(ana))); n != 1 {
				t.Errorf("said %d times", n)
			}
		})
	}
}

// keys gives the keys with an end.
func (s *stage) keys(end string) []string {
	all, err := s.rdb.Keys(s.t.Context(), "*").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	var some []string
	for _, k := range all {
		if strings.HasSuffix(k, end) {
			some = append(some, k)
		}
	}
	return some
}
