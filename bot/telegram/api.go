package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"cobijo/bot/outbox"
)

// api calls the Bot API where every answer does: the library writes a multipart form through a pipe and a goroutine, which takes
// longer than all the understanding.
type api struct {
	client *http.Client    // for the library
	direct *http.Transport // without what a client does for redirects and cookies, of which there are none
	header http.Header     // of every request: the transport only reads it
	base   url.URL         // up to the method
}

// maxAnswer is how long an answer of the API may be.
const maxAnswer = 8 << 20

func newAPI(server, token string) *api {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
		WriteBufferSize:     16 << 10, // the longest message goes out at once
	}
	a := &api{direct: t, header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {"cobijo"}}, client: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // it would carry the token elsewhere
	}}}
	if u, err := url.Parse(strings.TrimSuffix(server, "/")); err == nil {
		a.base = *u
	}
	a.base.Path += "/bot" + token + "/"
	return a
}

// Do sends a request of the library's.
func (a *api) Do(r *http.Request) (*http.Response, error) { return a.client.Do(r) }

// answer is what the API says.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// apiError is what the API refused, in its own words: they name no person and no token.
type apiError struct {
	code        int
	description string
	migrateTo   int64
}

func (e *apiError) Error() string { return strconv.Itoa(e.code) + " " + e.description }

// says tells whether the API's words hold any of these.
func says(err error, words ...string) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	d := strings.ToLower(e.description)
	for _, w := range words {
		if strings.Contains(d, w) {
			return true
		}
	}
	return false
}

// buffers hold bodies and answers for as long as a call takes.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() *bytes.Buffer {
	if buf, ok := b.pool.Get().(*bytes.Buffer); ok {
		buf.Reset()
		return buf
	}
	return bytes.NewBuffer(make([]byte, 0, 8<<10))
}

func (b *buffers) put(buf *bytes.Buffer) {
	if buf.Cap() <= 64<<10 { // a large one is seldom needed again
		b.pool.Put(buf)
	}
}

// call calls a method with parameters in JSON. use reads the whole answer of one that went well. An error is an *outbox.SendError.
func (a *api) call(ctx context.Context, method string, params []byte, in *bytes.Buffer, use func(all []byte) error) error {
	u := a.base
	u.Path += method
	r := &http.Request{
		Method: http.MethodPost, URL: &u, Host: u.Host, Header: a.header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(params)), Body: io.NopCloser(bytes.NewReader(params)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(params)), nil },
	}
	resp, err := a.direct.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return &outbox.SendError{Kind: outbox.Unavailable, Unsent: unsent(err), Cause: fmt.Errorf("call %s: %w", method, bareError(err))}
	}
	defer func() { _ = resp.Body.Close() }() // what was wanted of it was read
	if _, err := in.ReadFrom(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return &outbox.SendError{Kind: outbox.Unavailable, Cause: fmt.Errorf("read answer to %s: %w", method, bareError(err))}
	}
	if resp.StatusCode == http.StatusOK && bytes.HasPrefix(in.Bytes(), okPrefix) {
		return use(in.Bytes())
	}
	return failure(method, resp, in.Bytes())
}

var okPrefix = []byte(`{"ok":true,`)

// failure makes an error of an answer that says no.
func failure(method string, resp *http.Response, body []byte) error {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil || a.OK || a.Code == 0 {
		a.Code = resp.StatusCode // a proxy's answer, or a server that is ill
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		a.Code = resp.StatusCode
	}
	e := &outbox.SendError{Cause: fmt.Errorf("call %s: %w", method, &apiError{a.Code, a.Description, a.Parameters.MigrateTo})}
	switch {
	case a.Code == http.StatusTooManyRequests:
		e.Kind, e.Unsent = outbox.Throttled, true
		e.RetryAfter = time.Duration(a.Parameters.RetryAfter) * time.Second
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && e.RetryAfter == 0 {
			e.RetryAfter = time.Duration(s) * time.Second
		}
	case a.Code == http.StatusForbidden, says(e.Cause, "chat not found", "user is deactivated", "bot was kicked", "have no rights to send"):
		e.Kind, e.Unsent = outbox.Gone, true
	case a.Code == http.StatusUnauthorized, a.Code == http.StatusNotFound:
		e.Kind, e.Unsent = outbox.Config, true
	case a.Code == http.StatusConflict:
		e.Kind, e.Unsent = outbox.Unavailable, true
	case a.Code >= 400 && a.Code < 500:
		e.Kind, e.Unsent = outbox.Rejected, true
	default:
		e.Kind = outbox.Unavailable // it may have been done all the same
	}
	return e
}

// unsent tells whether a request surely did not reach the API.
func unsent(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}

// bareError takes the address out of an error: the token is part of it.
func bareError(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// messageID reads the number of the message out of an answer, which bears the whole message behind it; 0 where there is none.
func messageID(all []byte) int64 {
	if rest, ok := bytes.CutPrefix(all, []byte(`{"ok":true,"result":{"message_id":`)); ok {
		if n := bytes.IndexAny(rest, ",}"); n > 0 {
			if id, err := strconv.ParseInt(string(rest[:n]), 10, 64); err == nil {
				return id
			}
		}
	}
	var a struct {
		Result struct {
			ID int64 `json:"message_id"`
		} `json:"result"`
	}
	_ = json.Unmarshal(all, &a) // `true` is an answer too: an edited message that the bot sent inline
	return a.Result.ID
}
