package reminders

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"cobijo/bot/outbox"
)

// channelServer is a channel as HTTP: it keeps what is posted, with the occurrence's id, and lets it be searched. It fails as it
// is told to.
type channelServer struct {
	*httptest.Server

	mu      sync.Mutex
	posts   []wirePost
	updates map[string]int
	notes   []wireNote
	told    []string
	// fault says how a post goes; nil is well.
	fault func(occurrence string, n int) fault
	tries map[string]int
	slow  time.Duration
	// threadFault says with which HTTP status a note is answered, 0 for well; it is posted all the same.
	threadFault func(n int) int
	noteTries   []string
}

type fault int

const (
	fine fault = iota
	throttled
	brokenBefore // 500, and nothing was posted
	brokenAfter  // 500, and it was posted
	silentBefore // no answer in time, and nothing was posted
	silentAfter  // no answer in time, and it was posted
	gone
	rejected
)

type wirePost struct {
	Channel    string
	Occurrence string
	Kind       DigestKind
	Late       bool
	Items      []string
	Only       string
	TS         string
	At         time.Time
}

type wireNote struct {
	TS      string
	ID      string
	Kind    NoteKind
	Mention []string
	Items   []string
}

func newChannelServer(t testing.TB) *channelServer {
	t.Helper()
	c := &channelServer{updates: map[string]int{}, tries: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /post", c.post)
	mux.HandleFunc("GET /find", c.find)
	mux.HandleFunc("POST /update", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.updates[r.URL.Query().Get("ts")]++
		fmt.Fprint(w, "{}")
	})
	mux.HandleFunc("POST /thread", func(w http.ResponseWriter, r *http.Request) {
		var n wireNote
		_ = json.NewDecoder(r.Body).Decode(&n)
		c.mu.Lock()
		defer c.mu.Unlock()
		if !slices.ContainsFunc(c.notes, func(o wireNote) bool { return o.ID == n.ID }) {
			c.notes = append(c.notes, n)
		}
		if c.threadFault != nil {
			if code := c.threadFault(len(c.noteTries)); code != 0 {
				c.noteTries = append(c.noteTries, n.ID)
				w.WriteHeader(code)
				return
			}
		}
		c.noteTries = append(c.noteTries, n.ID)
		fmt.Fprint(w, "{}")
	})
	mux.HandleFunc("POST /tell", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.told = append(c.told, r.URL.Query().Get("user")+" "+r.URL.Query().Get("what"))
		fmt.Fprint(w, "{}")
	})
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *channelServer) post(w http.ResponseWriter, r *http.Request) {
	var p wirePost
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	how := fine
	if c.fault != nil {
		how = c.fault(p.Occurrence, c.tries[p.Occurrence])
	}
	c.tries[p.Occurrence]++
	if how == fine || how == brokenAfter || how == silentAfter {
		p.TS, p.At = strconv.Itoa(len(c.posts)+1)+".0001", time.Now()
		c.posts = append(c.posts, p)
	}
	slow := c.slow
	c.mu.Unlock()
	time.Sleep(slow)
	switch how {
	case fine:
		_ = json.NewEncoder(w).Encode(p)
	case throttled:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case brokenBefore, brokenAfter:
		w.WriteHeader(http.StatusInternalServerError)
	case silentBefore, silentAfter:
		<-r.Context().Done()
	case gone:
		w.WriteHeader(http.StatusGone)
	case rejected:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (c *channelServer) find(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := r.URL.Query()
	i := slices.IndexFunc(c.posts, func(p wirePost) bool { return p.Channel == q.Get("channel") && p.Occurrence == q.Get("occurrence") })
	if i < 0 {
		fmt.Fprint(w, "{}")
		return
	}
	_ = json.NewEncoder(w).Encode(c.posts[i])
}

// posted gives how often each occurrence was posted.
func (c *channelServer) posted() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := map[string]int{}
	for _, p := range c.posts {
		n[p.Occurrence]++
	}
	return n
}

func (c *channelServer) all() []wirePost {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.posts)
}

// httpPoster posts to a channelServer.
type httpPoster struct {
	url    string
	client *http.Client
}

func newPoster(url string) *httpPoster {
	return &httpPoster{url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}}
}

func (p *httpPoster) call(ctx context.Context, method, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return &outbox.SendError{Kind: outbox.Unavailable, Cause: errors.New("no answer")}
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(res.Body).Decode(into)
	case http.StatusTooManyRequests:
		s, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return &outbox.SendError{Kind: outbox.Throttled, RetryAfter: time.Duration(s) * time.Second, Unsent: true}
	case http.StatusGone:
		return &outbox.SendError{Kind: outbox.Gone, Unsent: true, Cause: errors.New("is_archived")}
	case http.StatusBadRequest:
		return &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("invalid_blocks")}
	}
	return &outbox.SendError{Kind: outbox.Unavailable, Cause: errors.New(res.Status)}
}

func ids(items []Item) []string {
	var all []string
	for _, i := range items {
		all = append(all, i.Commitment)
	}
	return all
}

func (p *httpPoster) Post(ctx context.Context, d Digest) (Posted, error) {
	var got wirePost
	err := p.call(ctx, http.MethodPost, "/post", wirePost{
		Channel: d.Subscription.Channel, Occurrence: d.Occurrence, Kind: d.Kind, Late: d.Late, Items: ids(d.Items), Only: d.Only,
	}, &got)
	return Posted{d.Subscription.Team, d.Subscription.Channel, got.TS}, err
}

func (p *httpPoster) Find(ctx context.Context, team, channel, occurrence string, _ time.Time) (Posted, bool, error) {
	var got wirePost
	err := p.call(ctx, http.MethodGet, "/find?channel="+channel+"&occurrence="+occurrence, nil, &got)
	return Posted{team, channel, got.TS}, got.TS != "", err
}

func (p *httpPoster) Update(ctx context.Context, at Posted, d Digest) error {
	return p.call(ctx, http.MethodPost, "/update?ts="+at.TS, d, &struct{}{})
}

func (p *httpPoster) Thread(ctx context.Context, at Posted, n Note) error {
	return p.call(ctx, http.MethodPost, "/thread", wireNote{TS: at.TS, ID: n.ID, Kind: n.Kind, Mention: n.Mention, Items: ids(n.Items)}, &struct{}{})
}

func (p *httpPoster) Tell(ctx context.Context, _, user string, n Notice) error {
	return p.call(ctx, http.MethodPost, "/tell?user="+user+"&what="+string(n.Kind)+"/"+string(n.Why), n, &struct{}{})
}
