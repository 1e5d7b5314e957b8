package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
)

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		err    error
		kind   outbox.Kind
		unsent bool
		after  time.Duration
	}{
		{api.SlackErrorResponse{Err: "channel_not_found"}, outbox.Gone, true, 0},
		{api.SlackErrorResponse{Err: "is_archived"}, outbox.Gone, true, 0},
		{api.SlackErrorResponse{Err: "not_in_channel"}, outbox.Gone, true, 0},
		{api.SlackErrorResponse{Err: "token_revoked"}, outbox.Config, true, 0},
		{api.SlackErrorResponse{Err: "invalid_auth"}, outbox.Config, true, 0},
		{api.SlackErrorResponse{Err: "missing_scope", Needed: "chat:write"}, outbox.Config, true, 0},
		{api.SlackErrorResponse{Err: "msg_too_long"}, outbox.Rejected, true, 0},
		{api.SlackErrorResponse{Err: "invalid_blocks"}, outbox.Rejected, true, 0},
		{api.SlackErrorResponse{Err: "a_word_of_tomorrow"}, outbox.Rejected, true, 0},
		{api.SlackErrorResponse{Err: "ratelimited"}, outbox.Throttled, true, throttledFor},
		{api.SlackErrorResponse{Err: "internal_error"}, outbox.Unavailable, false, 0},
		{&api.RateLimitedError{RetryAfter: 7 * time.Second}, outbox.Throttled, true, 7 * time.Second},
		{api.StatusCodeError{Code: 429}, outbox.Throttled, true, throttledFor},
		{api.StatusCodeError{Code: 500}, outbox.Unavailable, false, 0},
		{api.StatusCodeError{Code: 503}, outbox.Unavailable, false, 0},
		{api.StatusCodeError{Code: 302}, outbox.Unavailable, false, 0},
		{api.StatusCodeError{Code: 400}, outbox.Rejected, true, 0},
		{api.StatusCodeError{Code: 401}, outbox.Config, true, 0},
		{api.StatusCodeError{Code: 403}, outbox.Config, true, 0},
		{api.StatusCodeError{Code: 404}, outbox.Rejected, true, 0},
		{&url.Error{Op: "Post", URL: "https://slack.com/xoxb-hush", Err: context.DeadlineExceeded}, outbox.Unavailable, false, 0},
		{&url.Error{Op: "Post", URL: "https://slack.com/xoxb-hush", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, outbox.Unavailable, true, 0},
		{&url.Error{Op: "Post", URL: "https://slack.com/xoxb-hush", Err: &net.OpError{Op: "read", Err: errors.New("reset")}}, outbox.Unavailable, false, 0},
		{&net.DNSError{Name: "xoxb-hush"}, outbox.Unavailable, true, 0},
		{errors.New("invalid character 'x' looking for xoxb-hush"), outbox.Unavailable, false, 0},
	} {
		err := failure("chat.postMessage", c.err)
		var e *outbox.SendError
		if !errors.As(err, &e) || e.Kind != c.kind || e.Unsent != c.unsent || e.RetryAfter != c.after {
			t.Errorf("%v: %+v", c.err, e)
		}
		if strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "chat.postMessage") {
			t.Errorf("%v says %q", c.err, err)
		}
		if again := failure("chat.update", fmt.Errorf("around: %w", err)); kindOf(again) != c.kind {
			t.Errorf("%v around: %v", c.err, again)
		}
	}
	if failure("x", nil) != nil {
		t.Error("nothing is a failure")
	}
}

func TestWhereAnswersGo(t *testing.T) {
	w, err := newWire(Options{BotToken: "xoxb-x", APIURL: "http://127.0.0.1:8999/api"})
	if err != nil {
		t.Fatal(err)
	}
	if w.base.String() != "http://127.0.0.1:8999/api/" {
		t.Errorf("the API is at %s", w.base)
	}
	for to, want := range map[string]bool{
		"https://hooks.slack.com/commands/1": true, "https://hooks.slack-gov.com/x": true, "http://127.0.0.1:8999/r/1": true,
		"http://hooks.slack.com/x": false, "https://hooks.slack.com.evil.example/x": false, "https://evil.example/": false, "file:///etc/passwd": false, "": false, ":": false,
	} {
		if got := w.mayAnswer(to); got != want {
			t.Errorf("%q: %v", to, got)
		}
	}
}

// TestSpoken tells what is answered: what a person wrote, and nothing else, or two bots would talk for ever.
func TestSpoken(t *testing.T) {
	me := identity{user: "U0BOT", bot: "B0BOT"}
	for _, c := range []struct {
		event, id string // "" for what is not answered
	}{
		{`{"type":"message","user":"U1","channel":"D1","ts":"1.1","text":"x"}`, "message/D1/1.1"},
		{`{"type":"message","subtype":"file_share","user":"U1","channel":"D1","ts":"1.1"}`, "message/D1/1.1"},
		{`{"type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U1","ts":"1.1","edited":{"ts":"2.2"}}}`, "message/D1/1.1/2.2"},
		{`{"type":"message","user":"U1","bot_id":"B9","channel":"D1","ts":"1.1"}`, ""},
		{`{"type":"message","subtype":"bot_message","bot_id":"B9","channel":"D1","ts":"1.1"}`, ""},
		{`{"type":"message","user":"U0BOT","channel":"D1","ts":"1.1"}`, ""},
		{`{"type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U0BOT","bot_id":"B0BOT","ts":"1.1"}}`, ""},
		{`{"type":"message","subtype":"message_changed","channel":"D1"}`, ""},
		{`{"type":"message","subtype":"message_deleted","user":"U1","channel":"D1","ts":"1.1"}`, ""},
		{`{"type":"message","subtype":"channel_join","user":"U1","channel":"C1","ts":"1.1"}`, ""},
		{`{"type":"message","user":"U1","ts":"1.1"}`, ""},
	} {
		o, err := readOuter([]byte(`{"type":"event_callback","event":` + c.event + `}`))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m := o.Event.spoken(me); m != nil {
			got = m.id()
		}
		if got != c.id {
			t.Errorf("%s is %q, not %q", c.event, got, c.id)
		}
	}
}
