package fakeslack

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Server is one workspace, with one app installed.
type Server struct {
	BotToken, AppToken, SigningSecret string
	// TeamID, AppID, BotUser and BotID name the workspace, the app, its user and its bot.
	TeamID, AppID, BotUser, BotID string
	// Now is the server's clock: of time stamps, signatures, triggers and response addresses. What waits does so in real time.
	Now func() time.Time
	// AckTime is how long the app may take to acknowledge, TriggerTime how long a trigger serves. Both are 3 seconds at Slack's.
	AckTime, TriggerTime time.Duration
	// Retries are the pauses before an event that nobody acknowledged is brought again.
	Retries []time.Duration
	// PingEvery is how often a WebSocket is pinged; below 0 never.
	PingEvery time.Duration
	// Strict refuses more messages to a channel than one a second, with Burst at once.
	Strict bool
	Burst  int
	// Instant takes chat.postMessage without looking at it or keeping it, for measurements.
	Instant bool
	// Events are the kinds of events that the app subscribed to: "app_mention", "message.im".
	Events []string
	// Faults is asked at each call, before the list that Fail makes; nil for none. It must not call the server.
	Faults func(method string, params map[string]any) *Fault

	http *httptest.Server

	mu        sync.Mutex
	changed   chan struct{} // closed and made anew at each change
	counter   int
	scopes    map[string]bool
	revoked   string // the error that any call with the bot's token gives
	people    []*Person
	channels  []*Channel
	personOf  map[string]*Person  // by id
	channelOf map[string]*Channel // by id
	directOf  map[string]*Channel // by person
	groups    []*Group
	lastStamp int64
	triggers  map[string]*trigger
	answers   map[string]*answerURL
	views     map[string]*View
	stacks    map[string][]*View // by person: the modals that are open, the uppermost last
	homes     map[string]*View
	files     map[string]*File
	calls     []Call
	faults    map[string][]Fault
	problems  []string
	posted    map[string][]time.Time // by channel

	endpoint   string
	sockets    []*socket
	tickets    map[string]bool
	turn       int
	silent     bool
	linkOff    bool
	waiting    []*Delivery // events that no socket could take yet
	pending    map[string]*Delivery
	deliveries []*Delivery
	client     *http.Client
	closed     chan struct{}
	ask        func(to string, header http.Header, body []byte) (status int, answer []byte, noRetry bool, _ error)
	work       sync.WaitGroup
}

// New starts a server.
func New() *Server {
	s := &Server{ //nolint:gosec // these tokens open nothing
		BotToken: "xoxb-fake-token-of-the-tests", AppToken: "xapp-fake-token-of-the-tests", SigningSecret: "fake-signing-secret",
		TeamID: "T0FAKE001", AppID: "A0FAKE001", BotUser: "U0COBIJO1", BotID: "B0COBIJO1",
		Now: time.Now, AckTime: 3 * time.Second, TriggerTime: 3 * time.Second, PingEvery: 5 * time.Second, Burst: 3,
		Retries: []time.Duration{0, time.Minute, 5 * time.Minute}, Events: allEvents(),
		personOf: map[string]*Person{}, channelOf: map[string]*Channel{}, directOf: map[string]*Channel{},
		changed: make(chan struct{}), scopes: map[string]bool{}, triggers: map[string]*trigger{}, answers: map[string]*answerURL{},
		views: map[string]*View{}, stacks: map[string][]*View{}, homes: map[string]*View{}, files: map[string]*File{},
		faults: map[string][]Fault{}, posted: map[string][]time.Time{}, tickets: map[string]bool{}, pending: map[string]*Delivery{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // Slack follows none
		}},
		closed: make(chan struct{}),
	}
	for _, scope := range scopeOf {
		s.scopes[scope] = true
	}
	s.enrol(&Person{ID: s.BotUser, Name: "cobijo", Real: "Cobijo", Locale: "en-US", Zone: "Etc/UTC", Bot: true})
	// A request to the app lasts as long as the app may take, or the server: whoever set it off does not wait for it.
	s.ask = func(to string, header http.Header, body []byte) (int, []byte, bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), s.AckTime)
		defer cancel()
		go func() {
			select {
			case <-s.closed:
				cancel()
			case <-ctx.Done():
			}
		}()
		return s.post(ctx, to, header, body)
	}
	s.http = httptest.NewServer(s)
	return s
}

// URL is the API's address; it ends with a slash.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// Close stops the server, its connections and what it was bringing.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
	}
	close(s.closed)
	for _, c := range s.sockets {
		_ = c.conn.Close()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.work.Wait()
	s.client.CloseIdleConnections()
}

// ServeHTTP answers as Slack's hosts do.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	part, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch part {
	case "api":
		s.serveAPI(w, r, rest)
	case "link":
		s.serveSocket(w, r)
	case "respond":
		s.serveRespond(w, r, rest)
	case "upload":
		s.serveUpload(w, r, rest)
	default:
		http.NotFound(w, r)
	}
}

// touch tells those who wait that something is different. The lock is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id makes a name that no other thing has. The lock is held.
func (s *Server) id(prefix string) string {
	s.counter++
	return fmt.Sprintf("%s%08d", prefix, s.counter)
}

// stamp makes a message's name, later than any other. The lock is held.
func (s *Server) stamp() string {
	s.lastStamp = max(s.lastStamp+1, s.Now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastStamp/1e6, s.lastStamp%1e6)
}

// problem keeps what no Slack would have taken. The lock is held.
func (s *Server) problem(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

// Problems are the requests and answers of the app that Slack would not have taken, or that only a mistake explains.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.problems...)
}
