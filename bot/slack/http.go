package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	api "github.com/slack-go/slack"
)

const (
	maxBody    = 1 << 20 // a view of 250 KB, written as a form
	maxWaiting = 4096    // beyond, Slack is to deliver later
	// ackTime is how long an event may wait for its answer before it is acknowledged: Slack gives up after three seconds. What goes
	// on after that is lost only where this process dies within it.
	ackTime    = 2 * time.Second
	replayTime = 11 * time.Minute // twice the time that a signature is good for, and a minute
)

// genuine reads a request that Slack signed within the last five minutes and that nobody sent before; else it answers itself.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (c *Channel) genuine(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLong := (&http.MaxBytesError{}); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return nil, false
	}
	// The library compares in constant time.
	v, err := api.NewSecretsVerifier(r.Header, c.o.SigningSecret)
	if err == nil {
		if _, err = v.Write(body); err == nil {
			err = v.Ensure()
		}
	}
	if err != nil {
		http.Error(w, "not Slack", http.StatusUnauthorized)
		return nil, false
	}
	if c.ending.Load() || c.lanes.Waiting() >= maxWaiting || c.me.Load() == nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return nil, false
	}
	// What Slack sends again it signs anew: the same signature twice is somebody else's.
	first, err := c.store.Claim(r.Context(), channel, "signature/"+r.Header.Get("X-Slack-Signature"), replayTime)
	if err != nil {
		c.o.Log.ErrorContext(r.Context(), "a request is not known as new: the store does not answer", "channel", channel, "error", err)
		return body, true // whoever sends it again does so within five minutes, and its content is claimed too
	}
	if !first {
		http.Error(w, "sent before", http.StatusConflict)
		return nil, false
	}
	return body, true
}

// again lets Slack send a request again that was not handled: the first time it does so at once, and the signature is the same
// within a second.
func (c *Channel) again(r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	if err := c.store.Unclaim(ctx, channel, "signature/"+r.Header.Get("X-Slack-Signature")); err != nil {
		c.o.Log.ErrorContext(ctx, "a request that failed is known as handled", "channel", channel, "error", err)
	}
}

// httpEvents takes an event.
func (c *Channel) httpEvents(w http.ResponseWriter, r *http.Request) {
	body, ok := c.genuine(w, r)
	if !ok {
		return
	}
	o, err := readOuter(body)
	if err != nil {
		c.o.Log.WarnContext(r.Context(), "not an event", "channel", channel, "bytes", len(body))
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	if o.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, o.Challenge)
		return
	}
	if err := c.within(r.Context(), c.take(r.Context(), o)); err != nil {
		c.again(r)
		http.Error(w, "not answered", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// within waits for what was begun, as long as Slack does: what takes longer is acknowledged, and goes on.
func (c *Channel) within(ctx context.Context, done <-chan error) error {
	t := time.NewTimer(ackTime)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
	case <-ctx.Done(): // Slack hung up, and delivers it again: then it is a repeat
	}
	return nil
}

// httpCommands takes a slash command.
func (c *Channel) httpCommands(w http.ResponseWriter, r *http.Request) {
	body, ok := c.genuine(w, r)
	if !ok {
		return
	}
	cmd, err := readCommand(body)
	if err != nil {
		c.o.Log.WarnContext(r.Context(), "not a command", "channel", channel, "bytes", len(body))
		http.Error(w, "not a command", http.StatusBadRequest)
		return
	}
	c.command(r.Context(), cmd)
	w.WriteHeader(http.StatusOK) // without a word: the answer goes to the response address
}

// readCommand reads the form of a slash command; the error quotes nothing of it.
func readCommand(body []byte) (*api.SlashCommand, error) {
	v, err := url.ParseQuery(string(body))
	if err != nil || v.Get("command") == "" || v.Get("user_id") == "" {
		return nil, errors.New("not the form of a command")
	}
	return &api.SlashCommand{
		TeamID: v.Get("team_id"), ChannelID: v.Get("channel_id"), UserID: v.Get("user_id"), Command: v.Get("command"),
		Text: v.Get("text"), ResponseURL: v.Get("response_url"), TriggerID: v.Get("trigger_id"),
	}, nil
}

// httpInteractions takes a pressed button, a submitted form or a shortcut.
func (c *Channel) httpInteractions(w http.ResponseWriter, r *http.Request) {
	body, ok := c.genuine(w, r)
	if !ok {
		return
	}
	v, err := url.ParseQuery(string(body))
	var cb *interaction
	if err == nil {
		cb, err = readInteraction([]byte(v.Get("payload")))
	}
	if err != nil {
		c.o.Log.WarnContext(r.Context(), "not an interaction", "channel", channel, "bytes", len(body))
		http.Error(w, "not an interaction", http.StatusBadRequest)
		return
	}
	answer := c.interaction(r.Context(), cb)
	if answer == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	var buf bytes.Buffer
	if err := json.NewEncoder(&buf).Encode(answer); err != nil {
		http.Error(w, "not answered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(buf.Bytes())
}
