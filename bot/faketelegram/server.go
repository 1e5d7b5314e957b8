// Package faketelegram is a Telegram that lives in this process: a Bot API server over real HTTP with people, groups and their
// messages, for tests and demonstrations. It checks each request by the limits that the Bot API documents, and can be told to
// be slow, to fail, to throttle and to lose its answers.
package faketelegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is what happens to a call instead of what should.
type Fault struct {
	Code       int           // HTTP status and error_code; 0 for none
	RetryAfter int           // seconds, with 429
	MigrateTo  int64         // with 400
	Words      string        // description
	Done       bool          // the call is done all the same: the answer alone is lost
	Cut        bool          // the connection is cut
	Delay      time.Duration // before anything else
}

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]any
	At     time.Time
	Error  string // what the server said against it
}

// Message is one of a chat's messages.
type Message struct {
	ID     int64
	Bot    bool   // the bot's
	Text   string // as a reader sees it
	HTML   string // as it was sent
	Markup json.RawMessage
	Edits  int
	At     time.Time
}

// Chat is one of the server's chats.
type Chat struct {
	ID       int64
	Type     string
	Lang     string // of the person
	Blocked  bool
	messages map[int64]*Message
	order    []int64
	counter  int64
}

// Server is the Bot API.
type Server struct {
	Token    string
	Username string
	BotID    int64
	// Strict refuses more messages than the documented limits allow: so many a second over all, one a second a chat (with Burst
	// at once), 20 a minute a group.
	Strict bool
	Burst  int
	// Instant answers sendMessage without keeping anything, for measurements.
	Instant bool

	http *httptest.Server

	mu       sync.Mutex
	wake     chan struct{}
	chats    map[int64]*Chat
	counter  int64 // numbers messages of all private chats together, as Telegram does
	updates  []map[string]any
	queues   map[string][]map[string]any // by chat: what waits to be brought to the webhook
	updateID int64
	polling  bool
	calls    []Call
	faults   map[string][]Fault
	problems []string
	webhook  string
	secret   string
	commands map[string]any
	sent     []time.Time
	client   *http.Client
	callback int64
	closed   chan struct{}
	Faults   func(method string, params map[string]any) *Fault // asked before the list; nil for none
}

// New starts a server.
func New() *Server {
	s := &Server{
		Token: "4242:FAKE-token_of-the-tests", Username: "cobijo_test_bot", BotID: 4242, Burst: 3,
		wake: make(chan struct{}), chats: map[int64]*Chat{}, faults: map[string][]Fault{}, queues: map[string][]map[string]any{}, updateID: 1000, commands: map[string]any{},
		client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 200}}, closed: make(chan struct{}),
	}
	s.http = httptest.NewServer(s)
	return s
}

// URL is where the server listens.
func (s *Server) URL() string { return s.http.URL }

// Close stops the server.
func (s *Server) Close() {
	close(s.closed)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Fail lets the next calls of a method fail.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Problems are the requests that no Bot API would have taken.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.problems...)
}

// Calls are the requests that the bot made with a method, all where it is empty.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var cs []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			cs = append(cs, c)
		}
	}
	return cs
}

// apiError is a refusal.
type apiError struct {
	code    int
	words   string
	retry   int
	migrate int64
}

func (e *apiError) Error() string { return e.words }

func bad(format string, args ...any) *apiError {
	return &apiError{code: 400, words: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// ServeHTTP answers as the Bot API does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+s.Token+"/")
	if !ok {
		answer(w, nil, &apiError{code: 401, words: "Unauthorized"})
		return
	}
	if s.Instant && method == "sendMessage" {
		_, _ = io.Copy(io.Discard, r.Body)
		s.mu.Lock()
		s.counter++
		n := s.counter
		s.mu.Unlock()
		b := strconv.AppendInt([]byte(`{"ok":true,"result":{"message_id":`), n, 10)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(b, `,"date":1790000000,"chat":{"id":1,"type":"private"},"text":"x"}}`...))
		return
	}
	params, err := parameters(w, r)
	if err != nil {
		answer(w, nil, bad("%v", err))
		return
	}
	fault := s.fault(method, params)
	if fault != nil && fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-s.closed:
		}
	}
	var result any
	var refused *apiError
	if fault == nil || fault.Done || fault.Code == 0 && !fault.Cut {
		result, refused = s.do(r.Context(), method, params)
	}
	if fault != nil && fault.Cut {
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
		return
	}
	if fault != nil && fault.Code != 0 {
		refused = &apiError{code: fault.Code, words: fault.Words, retry: fault.RetryAfter, migrate: fault.MigrateTo}
		if refused.words == "" {
			refused.words = http.StatusText(fault.Code)
		}
	}
	s.note(method, params, refused)
	answer(w, result, refused)
}

func (s *Server) note(method string, params map[string]any, refused *apiError) {
	if method == "getUpdates" {
		return
	}
	c := Call{Method: method, Params: params, At: time.Now()}
	if refused != nil {
		c.Error = refused.words
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	if refused != nil && refused.code == 400 && !expected(refused.words) {
		s.problems = append(s.problems, method+": "+refused.words)
	}
}

// expected tells whether a bot that does nothing wrong may be told this.
func expected(words string) bool {
	for _, w := range []string{"not modified", "to edit not found", "to delete not found", "chat not found", "can't be edited", "query is too old", "migrated", "upgraded", "replied not found"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

func (s *Server) fault(method string, params map[string]any) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Faults != nil {
		if f := s.Faults(method, params); f != nil {
			return f
		}
	}
	if fs := s.faults[method]; len(fs) > 0 {
		s.faults[method] = fs[1:]
		return &fs[0]
	}
	return nil
}

const maxRequest = 1 << 20

// parameters reads JSON, a form or a multipart form; values of a form that are JSON are read as such.
func parameters(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	p := map[string]any{}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	kind := r.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(kind, "application/json"):
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("can't parse JSON: %w", err)
		}
		return p, nil
	case strings.HasPrefix(kind, "multipart/form-data"):
		// A form without values ends at once; one that breaks off was given up by its sender.
		if err := r.ParseMultipartForm(maxRequest); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read form: %w", err)
		}
	default:
		if err := r.ParseForm(); err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
	}
	for k, v := range r.Form {
		p[k] = v[0]
		if v[0] != "" && strings.ContainsAny(v[0][:1], `[{"`) {
			var x any
			if json.Unmarshal([]byte(v[0]), &x) == nil {
				p[k] = x
			}
		}
	}
	return p, nil
}

func answer(w http.ResponseWriter, result any, refused *apiError) {
	w.Header().Set("Content-Type", "application/json")
	if refused == nil {
		b, _ := json.Marshal(result)
		_, _ = w.Write(append(append([]byte(`{"ok":true,"result":`), b...), '}'))
		return
	}
	a := map[string]any{"ok": false, "error_code": refused.code, "description": refused.words}
	if refused.retry > 0 {
		a["parameters"] = map[string]any{"retry_after": refused.retry}
	}
	if refused.migrate != 0 {
		a["parameters"] = map[string]any{"migrate_to_chat_id": refused.migrate}
	}
	w.WriteHeader(refused.code)
	_ = json.NewEncoder(w).Encode(a)
}

func number(p map[string]any, key string) int64 {
	switch v := p[key].(type) {
	case json.Number:
		n, _ := v.Int64()
		return n
	case float64:
		return int64(v)
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}

func str(p map[string]any, key string) string {
	s, _ := p[key].(string)
	return s
}

// poll is getUpdates: what lies before the offset is forgotten; a second poller makes the first one fail.
func (s *Server) poll(ctx context.Context, p map[string]any) (any, *apiError) {
	offset, limit, timeout := number(p, "offset"), number(p, "limit"), number(p, "timeout")
	if limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 100 || timeout < 0 {
		return nil, bad("limit or timeout out of range")
	}
	s.mu.Lock()
	if s.webhook != "" {
		s.mu.Unlock()
		return nil, &apiError{code: 409, words: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}
	}
	if s.polling {
		s.mu.Unlock()
		return nil, &apiError{code: 409, words: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}
	}
	s.polling = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.polling = false
		s.mu.Unlock()
	}()
	deadline := time.After(time.Duration(timeout) * time.Second)
	for {
		s.mu.Lock()
		for len(s.updates) > 0 && s.updates[0]["update_id"].(int64) < offset { //nolint:forcetypeassert // as it was put there
			s.updates = s.updates[1:]
		}
		got := append([]map[string]any{}, s.updates[:min(int(limit), len(s.updates))]...)
		wake := s.wake
		s.mu.Unlock()
		if len(got) > 0 || timeout == 0 {
			return got, nil
		}
		select {
		case <-wake:
		case <-deadline:
			return got, nil
		case <-ctx.Done():
			return got, nil
		case <-s.closed:
			return got, nil
		}
	}
}
