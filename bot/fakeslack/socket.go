package fakeslack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one WebSocket of the app's.
type socket struct {
	conn   *websocket.Conn
	out    chan []byte
	gone   chan struct{}
	leaves bool // it was told to go: nothing new is brought over it
}

const (
	maxSockets  = 10        // of one app at a time
	maxResponse = 20 * 1024 // bytes of what is said when acknowledging; more is dropped
)

// openSocket is apps.connections.open. The lock is held.
func (s *Server) openSocket() (reply, *apiError) {
	switch {
	case s.linkOff:
		return nil, refuse("socket_mode_not_enabled")
	case len(s.sockets) >= maxSockets:
		return nil, refuse("too_many_websockets")
	}
	ticket := s.id("ticket-")
	s.tickets[ticket] = true
	return reply{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.AppID}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	known := s.tickets[ticket]
	delete(s.tickets, ticket) // it serves once
	s.mu.Unlock()
	if !known {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the app was told
	}
	c := &socket{conn: conn, out: make(chan []byte, 4096), gone: make(chan struct{})}
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		_ = conn.Close()
		return
	default:
	}
	s.work.Go(func() { s.write(c) })
	s.sockets = append(s.sockets, c)
	c.send(map[string]any{
		"type": "hello", "num_connections": len(s.sockets), "connection_info": map[string]any{"app_id": s.AppID},
		"debug_info": map[string]any{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
	})
	waiting := s.waiting
	s.waiting = nil
	for _, d := range waiting {
		if !d.ended {
			s.attempt(d)
		}
	}
	s.touch()
	s.mu.Unlock()
	s.read(c)
}

// send queues a message for the app.
func (c *socket) send(v any) {
	select {
	case c.out <- mustJSON(v):
	default: // an app that reads nothing: what it was to be told is not acknowledged, and comes again
	}
}

func (s *Server) write(c *socket) {
	every := s.PingEvery
	if every <= 0 {
		every = time.Hour
	}
	ping := time.NewTicker(every)
	defer ping.Stop()
	if s.PingEvery > 0 {
		s.ping(c)
	}
	for {
		select {
		case b := <-c.out:
			if s.isSilent() {
				continue
			}
			if err := c.conn.WriteMessage(websocket.TextMessage, b); err != nil {
				_ = c.conn.Close() // the reader sees it
			}
		case <-ping.C:
			if s.PingEvery > 0 {
				s.ping(c)
			}
		case <-c.gone:
			return
		}
	}
}

func (s *Server) ping(c *socket) {
	if !s.isSilent() {
		_ = c.conn.WriteControl(websocket.PingMessage, []byte("Ping"), time.Now().Add(5*time.Second))
	}
}

func (s *Server) isSilent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent
}

// read takes what the app acknowledges until the connection ends; what it had not acknowledged comes again elsewhere.
func (s *Server) read(c *socket) {
	for {
		_, b, err := c.conn.ReadMessage()
		if err != nil {
			break
		}
		s.acknowledge(b)
	}
	_ = c.conn.Close()
	close(c.gone)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(x *socket) bool { return x == c })
	for _, d := range s.deliveries {
		if !d.ended && d.on == c {
			s.again(d, "timeout", ErrTimeout)
		}
	}
	s.touch()
}

func (s *Server) acknowledge(b []byte) {
	var ack struct {
		Envelope string          `json:"envelope_id"`
		Payload  json.RawMessage `json:"payload"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent {
		return
	}
	if err := json.Unmarshal(b, &ack); err != nil || ack.Envelope == "" {
		s.problem("socket: what was sent names no envelope_id")
		return
	}
	d := s.pending[ack.Envelope]
	switch {
	case d == nil:
		s.problem("socket: no envelope %q was ever sent", ack.Envelope)
	case len(b) >= maxResponse:
		s.problem("socket: a response of %d bytes is dropped: at most %d", len(b), maxResponse)
	case d.envelope != ack.Envelope: // too late
	default:
		s.accept(d, ack.Payload)
	}
}

// anySocket picks a connection, each in its turn; nil for none. The lock is held.
func (s *Server) anySocket() *socket {
	for range s.sockets {
		s.turn++
		if c := s.sockets[s.turn%len(s.sockets)]; !c.leaves {
			return c
		}
	}
	return nil
}

// overSocket brings something over a connection, in an envelope of its own. The lock is held.
func (s *Server) overSocket(c *socket, d *Delivery) {
	d.on, d.envelope = c, s.id("envelope-")
	s.pending[d.envelope] = d
	e := map[string]any{"envelope_id": d.envelope, "type": d.Kind, "payload": d.Payload, "accepts_response_payload": d.Kind != kindEvent}
	if d.Kind == kindEvent {
		e["retry_attempt"], e["retry_reason"] = d.attempts-1, d.reason
	}
	c.send(e)
}

// Connections is how many WebSockets of the app are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Connected waits until the app has so many WebSockets open.
func (s *Server) Connected(ctx context.Context, n int) error {
	if err := s.Until(ctx, func() bool { return s.Connections() >= n }); err != nil {
		return fmt.Errorf("no connection of the app: %w", err)
	}
	return nil
}

// Disconnect tells the app that its connections end: "warning" (it goes on for now), "refresh_requested" (nothing new comes over
// it, and it is closed once what was brought is acknowledged, a second later at the latest) or "link_disabled" (Socket Mode was
// switched off: closed at once, and no other is given until LinkOn).
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-fake"}})
		if reason == "warning" {
			continue
		}
		c.leaves = true
		pause := time.Second
		if reason == "link_disabled" {
			s.linkOff, pause = true, 100*time.Millisecond
		}
		time.AfterFunc(pause, func() { _ = c.conn.Close() })
	}
}

// LinkOn switches Socket Mode on again.
func (s *Server) LinkOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linkOff = false
}

// Cut ends all connections without a word.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		_ = c.conn.NetConn().Close()
	}
}

// Silence lets all connections be dead without being closed: no ping, nothing brought, nothing heard.
func (s *Server) Silence(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = on
}
