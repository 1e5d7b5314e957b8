package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is what happens to a call instead of what should.
type Fault struct {
	Code       int           // HTTP status; 0 for 200
	Error      string        // ok:false with this code
	RetryAfter int           // seconds, with 429; 0 for no such header
	Done       bool          // the call is done all the same: the answer alone is lost
	Cut        bool          // the connection is cut
	Delay      time.Duration // before the call is looked at; after it where Done is set
}

// Call is one request that the app made.
type Call struct {
	Method string
	Params map[string]any
	At     time.Time // by the server's clock
	Error  string    // what the server said against it
	TS     string    // of the message that it made
}

// Fail lets the next calls of a method fail, one fault a call. "response_url" and "upload" are methods here too.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Calls are the requests that the app made with a method, all where it is empty.
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
	code    string // Slack's word
	details []string
	needed  string
	status  int // HTTP; 0 for 200
	retry   int
}

func (e *apiError) Error() string { return e.code }

func refuse(code string, details ...string) *apiError { return &apiError{code: code, details: details} }

// what a method answers, without "ok".
type reply map[string]any

// takesForms are the methods that read no JSON.
var takesForms = map[string]bool{
	"conversations.history": true, "conversations.replies": true, "conversations.info": true, "conversations.list": true,
	"conversations.members": true, "users.info": true, "usergroups.users.list": true, "usergroups.list": true,
	"files.getUploadURLExternal": true, "bots.info": true, "users.list": true, "chat.getPermalink": true,
}

// scopeOf names what a method needs.
var scopeOf = map[string]string{
	"chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.postEphemeral": "chat:write", "chat.delete": "chat:write",
	"conversations.info": "channels:read", "conversations.list": "channels:read", "conversations.members": "channels:read",
	"conversations.history": "channels:history", "conversations.replies": "channels:history", "conversations.open": "im:write",
	"users.info": "users:read", "users.list": "users:read", "usergroups.users.list": "usergroups:read", "usergroups.list": "usergroups:read",
	"files.getUploadURLExternal": "files:write", "files.completeUploadExternal": "files:write", "reactions.add": "reactions:write",
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, method string) {
	params, err := parameters(w, r)
	if err != nil {
		s.finish(w, method, nil, nil, refuse("invalid_json", err.Error()))
		return
	}
	s.faulty(w, method, params, func() (reply, *apiError) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && takesForms[method] && len(params) > 0 {
			return nil, refuse("invalid_form_data", "this method reads no JSON")
		}
		return s.call(r, method, params)
	})
}

// faulty does a call, or what a fault says.
func (s *Server) faulty(w http.ResponseWriter, method string, params map[string]any, do func() (reply, *apiError)) {
	fault := s.fault(method, params)
	if fault == nil {
		result, refused := do()
		s.finish(w, method, params, result, refused)
		return
	}
	pause := func() {
		if fault.Delay > 0 {
			select {
			case <-time.After(fault.Delay):
			case <-s.closed:
			}
		}
	}
	var result reply
	var refused *apiError
	broken := fault.Cut || fault.Code != 0 || fault.Error != ""
	if fault.Done || !broken {
		if !fault.Done {
			pause()
		}
		result, refused = do()
	}
	if fault.Done || broken {
		pause()
	}
	if fault.Cut {
		s.note(method, params, result, refuse("(cut)"))
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.Close()
		}
		return
	}
	if broken {
		refused = &apiError{code: fault.Error, status: fault.Code, retry: fault.RetryAfter}
		if fault.Code == http.StatusTooManyRequests && fault.Error == "" {
			refused.code = "ratelimited"
		}
	}
	s.finish(w, method, params, result, refused)
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

// finish keeps a call and answers it.
func (s *Server) finish(w http.ResponseWriter, method string, params map[string]any, result reply, refused *apiError) {
	s.note(method, params, result, refused)
	if refused == nil {
		if result == nil {
			result = reply{}
		}
		result["ok"] = true
		writeJSON(w, http.StatusOK, result)
		return
	}
	if refused.status == http.StatusTooManyRequests && refused.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refused.retry))
	}
	if refused.status >= 500 || refused.status != 0 && refused.code == "" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(refused.status)
		_, _ = io.WriteString(w, "<html><body><h1>Server Error</h1></body></html>")
		return
	}
	a := reply{"ok": false, "error": refused.code}
	if len(refused.details) > 0 {
		a["errors"] = refused.details
		a["response_metadata"] = reply{"messages": refused.details}
	}
	if refused.needed != "" {
		s.mu.Lock()
		a["needed"], a["provided"] = refused.needed, strings.Join(s.granted(), ",")
		s.mu.Unlock()
	}
	status := refused.status
	if status == 0 {
		status = http.StatusOK
	}
	writeJSON(w, status, a)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"ok":false,"error":"internal_error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// mistakes are the refusals that only a mistake of the app explains.
var mistakes = map[string]bool{
	"invalid_blocks": true, "invalid_blocks_format": true, "msg_too_long": true, "msg_blocks_too_long": true, "no_text": true, "invalid_arguments": true,
	"invalid_json": true, "invalid_form_data": true, "unknown_method": true, "view_too_large": true, "metadata_too_large": true,
	"invalid_metadata_format": true, "push_limit_reached": true, "duplicate_external_id": true, "invalid_ts_latest": true, "invalid_ts_oldest": true,
	"invalid_cursor": true, "invalid_limit": true, "missing_scope": true, "not_authed": true, "used_url": true, "exchanged_trigger_id": true,
}

func (s *Server) note(method string, params map[string]any, result reply, refused *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(params, "token")
	c := Call{Method: method, Params: params, At: s.Now()}
	c.TS, _ = result["ts"].(string)
	if ts, ok := result["message_ts"].(string); ok {
		c.TS = ts
	}
	if refused != nil {
		c.Error = refused.code
		if c.Error == "" {
			c.Error = strconv.Itoa(refused.status)
		}
		if mistakes[refused.code] {
			s.problem("%s: %s %s", method, refused.code, strings.Join(refused.details, "; "))
		}
	}
	s.calls = append(s.calls, c)
	s.touch()
}

const maxRequest = 2 << 20

// parameters reads JSON or a form; values of a form that are JSON are read as such.
func parameters(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	p := map[string]any{}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read JSON: %w", err)
		}
		if p == nil {
			p = map[string]any{}
		}
		return p, nil
	}
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	for k, v := range r.Form {
		p[k] = v[0]
		if k == "blocks" || k == "view" || k == "metadata" || k == "files" || k == "attachments" {
			var x any
			if err := json.Unmarshal([]byte(v[0]), &x); err == nil {
				p[k] = x
			}
		}
	}
	return p, nil
}

// call checks the token and does a method.
func (s *Server) call(r *http.Request, method string, p map[string]any) (reply, *apiError) {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = str(p, "token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	app := method == "apps.connections.open"
	switch {
	case token == "":
		return nil, refuse("not_authed")
	case token == s.BotToken && app, token == s.AppToken && !app:
		return nil, refuse("not_allowed_token_type")
	case token != s.BotToken && token != s.AppToken:
		return nil, refuse("invalid_auth")
	case s.revoked != "":
		return nil, refuse(s.revoked)
	}
	if scope := scopeOf[method]; scope != "" && !s.scopes[scope] {
		return nil, &apiError{code: "missing_scope", needed: scope}
	}
	if s.Instant && method == "chat.postMessage" {
		return reply{"channel": str(p, "channel"), "ts": s.stamp()}, nil
	}
	return s.do(r.Context(), method, p)
}

// do does a method. The lock is held.
func (s *Server) do(_ context.Context, method string, p map[string]any) (reply, *apiError) {
	switch method {
	case "api.test":
		return nil, nil
	case "auth.test":
		return reply{"url": "https://fake.slack.invalid/", "team": "Fake", "user": "cobijo", "team_id": s.TeamID, "user_id": s.BotUser, "bot_id": s.BotID, "is_enterprise_install": false}, nil
	case "apps.connections.open":
		return s.openSocket()
	case "chat.postMessage":
		return s.postMessage(p)
	case "chat.postEphemeral":
		return s.postEphemeral(p)
	case "chat.update":
		return s.updateMessage(p)
	case "chat.delete":
		return s.deleteMessage(p)
	case "chat.getPermalink":
		return s.permalink(p)
	case "conversations.info":
		return s.channelInfo(p)
	case "conversations.list":
		return s.listChannels(p)
	case "conversations.members":
		return s.listMembers(p)
	case "conversations.open":
		return s.openDirect(p)
	case "conversations.history":
		return s.history(p)
	case "conversations.replies":
		return s.replies(p)
	case "users.info":
		return s.userInfo(p)
	case "users.list":
		return s.listUsers(p)
	case "usergroups.list":
		return s.listGroups()
	case "usergroups.users.list":
		return s.groupMembers(p)
	case "views.open", "views.push", "views.update", "views.publish":
		return s.view(method, p)
	case "files.getUploadURLExternal":
		return s.uploadURL(p)
	case "files.completeUploadExternal":
		return s.completeUpload(p)
	case "reactions.add":
		return s.react(p)
	}
	return nil, refuse("unknown_method", method)
}

// Revoke lets every further call with a token give an error: "token_revoked", "account_inactive"; "" lets them pass again.
func (s *Server) Revoke(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = code
}

// Without takes scopes from the app: "chat:write".
func (s *Server) Without(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range scopes {
		delete(s.scopes, scope)
	}
}

// granted are the scopes that the app has. The lock is held.
func (s *Server) granted() []string {
	var all []string
	for scope := range s.scopes {
		all = append(all, scope)
	}
	slices.Sort(all)
	return all
}

func str(p map[string]any, key string) string {
	switch v := p[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// number reads a number of JSON or of a form; not given is 0.
func number(p map[string]any, key string) int {
	switch v := p[key].(type) {
	case float64:
		return int(v)
	case string:
		n, err := strconv.Atoi(v)
		if err == nil {
			return n
		}
	}
	return 0
}

func truth(p map[string]any, key string) bool {
	switch v := p[key].(type) {
	case bool:
		return v
	case string:
		return v == "true" || v == "1"
	}
	return false
}
