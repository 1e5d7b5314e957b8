package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The kinds of what is brought to the app.
const (
	kindEvent       = "events_api"
	kindInteractive = "interactive"
	kindSlash       = "slash_commands"
)

// Delivery is something that is brought to the app: once, or again and again until the app acknowledges it.
type Delivery struct {
	Kind    string // "events_api", "interactive", "slash_commands"
	EventID string
	TS      string // of the message that a person wrote
	Payload json.RawMessage

	s        *Server
	form     url.Values // of a command
	attempts int        // how often it was brought
	reason   string     // why it is brought again
	envelope string
	on       *socket
	begun    time.Time
	took     time.Duration
	response json.RawMessage
	err      error
	ended    bool
	done     chan struct{}
	answered func(response json.RawMessage) // the lock is held
}

// formerly is what Slack sends along from before requests were signed; nobody should look at it.
const formerly = "unsigned"

// ErrNotTold is given where the app is not told of what happened: it is no member, or did not subscribe.
var ErrNotTold = errors.New("the app is not told of this")

// Errors of a delivery, as a person sees them.
var (
	ErrDispatch = errors.New("dispatch_failed: the app cannot be reached")
	ErrTimeout  = errors.New("operation_timeout: the app did not acknowledge in time")
)

// Wait waits until the app acknowledged; the error says why it did not.
func (d *Delivery) Wait(ctx context.Context) error {
	select {
	case <-d.done:
		d.s.mu.Lock()
		defer d.s.mu.Unlock()
		return d.err
	case <-d.s.closed:
		return errors.New("the server was closed")
	case <-ctx.Done():
		return fmt.Errorf("wait for the app: %w", ctx.Err())
	}
}

// Response is what the app said when it acknowledged; empty where it said nothing.
func (d *Delivery) Response() json.RawMessage {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.response
}

// Attempts is how often it was brought to the app.
func (d *Delivery) Attempts() int {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.attempts
}

// Took is how long the app took to acknowledge.
func (d *Delivery) Took() time.Duration {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.took
}

// Deliveries are all that was to be brought to the app, in order.
func (s *Server) Deliveries() []*Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Delivery(nil), s.deliveries...)
}

// Settle waits until nothing is on its way to the app.
func (s *Server) Settle(ctx context.Context) error {
	for _, d := range s.Deliveries() {
		if err := d.Wait(ctx); err != nil && ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// Until waits until something is so; it is asked after each change. It must not hold what the server's methods need.
func (s *Server) Until(ctx context.Context, so func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if so() {
			return nil
		}
		select {
		case <-changed:
		case <-s.closed:
			return errors.New("the server was closed")
		case <-ctx.Done():
			return fmt.Errorf("wait for a change: %w", ctx.Err())
		}
	}
}

// bring begins a delivery. The lock is held.
func (s *Server) bring(d *Delivery) *Delivery {
	d.s, d.done = s, make(chan struct{})
	if d.err != nil {
		d.ended = true
		close(d.done)
		return d
	}
	s.deliveries = append(s.deliveries, d)
	s.attempt(d)
	return d
}

// attempt brings something once. The lock is held.
func (s *Server) attempt(d *Delivery) {
	select {
	case <-s.closed:
		return
	default:
	}
	d.begun = time.Now()
	if s.endpoint != "" {
		d.attempts++
		s.work.Go(func() { s.push(d) })
		return
	}
	c := s.anySocket()
	switch {
	case c == nil && d.Kind == kindEvent:
		s.waiting = append(s.waiting, d)
		return
	case c == nil:
		s.fail(d, ErrDispatch)
		return
	}
	d.attempts++
	s.overSocket(c, d)
	envelope := d.envelope
	time.AfterFunc(s.AckTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !d.ended && d.envelope == envelope {
			s.again(d, "timeout", ErrTimeout)
		}
	})
}

// again brings an event once more, or gives up. The lock is held.
func (s *Server) again(d *Delivery, reason string, why error) {
	d.on, d.envelope = nil, ""
	if d.Kind != kindEvent || d.attempts > len(s.Retries) {
		s.fail(d, why)
		return
	}
	d.reason = reason
	pause := s.Retries[d.attempts-1]
	if pause == 0 {
		s.attempt(d)
		return
	}
	time.AfterFunc(pause, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !d.ended {
			s.attempt(d)
		}
	})
}

// fail ends a delivery that the app did not take. The lock is held.
func (s *Server) fail(d *Delivery, why error) {
	if d.ended {
		return
	}
	d.ended, d.err = true, why
	close(d.done)
	s.touch()
}

// accept ends a delivery that the app took. The lock is held.
func (s *Server) accept(d *Delivery, response json.RawMessage) {
	if d.ended {
		return
	}
	d.ended, d.took = true, time.Since(d.begun)
	if r := strings.TrimSpace(string(response)); r != "" && r != "{}" && r != "null" {
		d.response = response
	}
	if d.answered != nil {
		d.answered(d.response)
	}
	close(d.done)
	s.touch()
}

// event tells the app of something, where it subscribed to it: "message.im". The lock is held.
func (s *Server) event(subscription string, event map[string]any) *Delivery {
	d := &Delivery{Kind: kindEvent}
	if !slices.Contains(s.Events, subscription) {
		d.err = ErrNotTold
		return s.bring(d)
	}
	if event["event_ts"] == nil {
		event["event_ts"] = s.stamp()
	}
	d.EventID = s.id("Ev")
	d.TS, _ = event["ts"].(string)
	d.Payload = s.callback(d.EventID, event)
	return s.bring(d)
}

// callback wraps an event as it is sent. The lock is held.
func (s *Server) callback(id string, event any) json.RawMessage {
	return mustJSON(map[string]any{
		"token": formerly, "team_id": s.TeamID, "api_app_id": s.AppID, "type": "event_callback", "event": event,
		"event_id": id, "event_time": s.Now().Unix(), "is_ext_shared_channel": false, "event_context": "4-fake",
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": s.TeamID, "user_id": s.BotUser, "is_bot": true, "is_enterprise_install": false}},
	})
}

// Redeliver brings the same once more, as Slack does where it did not hear that the app took it: with the same event_id.
func (s *Server) Redeliver(d *Delivery) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bring(&Delivery{Kind: d.Kind, EventID: d.EventID, TS: d.TS, Payload: d.Payload, form: d.form, attempts: max(d.attempts, 1), reason: "timeout"})
}

// Repeat tells of the same message with another event_id and as if for the first time, as Slack was seen to do.
func (s *Server) Repeat(d *Delivery) *Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p struct {
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal(d.Payload, &p); err != nil || p.Event == nil {
		return s.bring(&Delivery{Kind: d.Kind, err: ErrNotTold})
	}
	id := s.id("Ev")
	return s.bring(&Delivery{Kind: d.Kind, EventID: id, TS: d.TS, Payload: s.callback(id, p.Event)})
}

// allEvents are the kinds of events that this server knows.
func allEvents() []string {
	return []string{
		"app_mention", "app_home_opened", "message.im", "message.channels", "message.groups", "channel_rename", "channel_archive",
		"channel_unarchive", "channel_deleted", "channel_left", "group_rename", "group_archive", "group_unarchive", "group_left", "group_deleted",
		"member_joined_channel", "member_left_channel", "user_change", "tokens_revoked", "app_uninstalled",
	}
}
