package fakeslack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// DeliverTo lets everything be brought by HTTP requests to an address of the app's: to /slack/events, /slack/commands and
// /slack/interactions under it. "" goes back to WebSockets.
func (s *Server) DeliverTo(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = strings.TrimSuffix(base, "/")
}

// Sign gives the two headers X-Slack-Request-Timestamp and X-Slack-Signature of a request with this body, sent at this time.
func (s *Server) Sign(body []byte, at time.Time) (timestamp, signature string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	h := hmac.New(sha256.New, []byte(s.SigningSecret))
	_, _ = fmt.Fprintf(h, "v0:%s:%s", timestamp, body)
	return timestamp, "v0=" + hex.EncodeToString(h.Sum(nil))
}

// request is one request to the app, not yet sent.
func (d *Delivery) request(base string) (to, kind string, body []byte) {
	switch d.Kind {
	case kindEvent:
		return base + "/slack/events", "application/json", d.Payload
	case kindSlash:
		return base + "/slack/commands", "application/x-www-form-urlencoded", []byte(d.form.Encode())
	}
	return base + "/slack/interactions", "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(d.Payload)}}.Encode())
}

// push brings something by HTTP, once, for as long as the server lives: whoever set it off does not wait for it.
func (s *Server) push(d *Delivery) {
	s.mu.Lock()
	to, kind, body := d.request(s.endpoint)
	header := http.Header{"Content-Type": {kind}}
	if d.attempts > 1 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(d.attempts-1))
		header.Set("X-Slack-Retry-Reason", d.reason)
	}
	s.mu.Unlock()
	status, answer, noRetry, err := s.ask(to, header, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	var timeout net.Error
	switch {
	case err == nil && status/100 == 2:
		s.accept(d, asJSON(answer))
	case noRetry:
		s.fail(d, fmt.Errorf("the app answered %d and wants no more of it", status))
	case err == nil:
		s.again(d, "http_error", fmt.Errorf("dispatch_failed: the app answered %d", status))
	case errors.As(err, &timeout) && timeout.Timeout():
		s.again(d, "http_timeout", ErrTimeout)
	default:
		s.again(d, "connection_failed", ErrDispatch)
	}
}

// asJSON makes a plain text that the app answered a JSON string.
func asJSON(answer []byte) json.RawMessage {
	answer = bytes.TrimSpace(answer)
	if len(answer) == 0 || json.Valid(answer) {
		return answer
	}
	return mustJSON(string(answer))
}

// post sends a signed request to the app.
func (s *Server) post(ctx context.Context, to string, header http.Header, body []byte) (status int, answer []byte, noRetry bool, _ error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, false, fmt.Errorf("ask the app: %w", err)
	}
	r.Header = header
	ts, sig := s.Sign(body, s.Now())
	r.Header.Set("X-Slack-Request-Timestamp", ts)
	r.Header.Set("X-Slack-Signature", sig)
	r.Header.Set("User-Agent", "Slackbot 1.0 (fake)")
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, nil, false, fmt.Errorf("ask the app: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, nil, false, fmt.Errorf("read the app's answer: %w", err)
	}
	return resp.StatusCode, answer, resp.Header.Get("X-Slack-No-Retry") == "1", nil
}

const challenge = "a-challenge-of-the-fake-slack"

// Verify asks the app's address for events whether it is the app's, as Slack does when it is set.
func (s *Server) Verify(ctx context.Context) error {
	s.mu.Lock()
	base := s.endpoint
	s.mu.Unlock()
	body := mustJSON(map[string]any{"token": formerly, "challenge": challenge, "type": "url_verification"})
	status, answer, _, err := s.post(ctx, base+"/slack/events", http.Header{"Content-Type": {"application/json"}}, body)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK || !strings.Contains(string(answer), challenge):
		return fmt.Errorf("the app answered %d without the challenge", status)
	}
	return nil
}
