package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
)

// What Slack answers, by what follows from it. https://docs.slack.dev/reference/methods/chat.postMessage#errors
var (
	goneErrors = []string{
		"channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_not_in_channel", "user_disabled", "cannot_dm_bot",
		"messages_tab_disabled", "restricted_action_read_only_channel",
	}
	configErrors = []string{
		"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "missing_scope", "not_allowed_token_type",
		"no_permission", "org_login_required", "ekm_access_denied", "access_denied", "team_access_not_granted",
	}
	laterErrors = []string{
		"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "external_channel_migrating",
		"message_limit_exceeded",
	}
)

// throttledFor is how long nothing is sent where Slack does not say how long.
const throttledFor = 30 * time.Second

// codeError is what Slack refused, by its own word: it names no person and no token.
type codeError struct {
	method, code, needed string
}

func (e *codeError) Error() string {
	if e.needed != "" {
		return e.method + ": " + e.code + " (needs " + e.needed + ")"
	}
	return e.method + ": " + e.code
}

// failure makes a *outbox.SendError of an error of the library's; nil of nil. It quotes no address: a response's address is a key.
func failure(method string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*outbox.SendError](err); ok {
		return err
	}
	if r, ok := errors.AsType[api.SlackErrorResponse](err); ok {
		return refused(method, r.Err, r.Needed)
	}
	if r, ok := errors.AsType[*api.RateLimitedError](err); ok {
		return &outbox.SendError{Kind: outbox.Throttled, RetryAfter: max(r.RetryAfter, time.Second), Unsent: true, Cause: &codeError{method, "429", ""}}
	}
	if r, ok := errors.AsType[api.StatusCodeError](err); ok {
		return status(method, r.Code)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	var op *net.OpError
	var dns *net.DNSError
	unsent := errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
	cause := fmt.Errorf("%s: %s", method, plainCause(err))
	return &outbox.SendError{Kind: outbox.Unavailable, Unsent: unsent, Cause: cause}
}

// plainCause names an error of the network or of decoding without quoting what was read.
func plainCause(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return "cannot " + op.Op
	}
	return "no readable answer"
}

// refused sorts what Slack says no to.
func refused(method, code, needed string) error {
	e := &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: &codeError{method, code, needed}}
	switch {
	case code == "ratelimited" || code == "rate_limited":
		e.Kind, e.RetryAfter = outbox.Throttled, throttledFor
	case slices.Contains(goneErrors, code):
		e.Kind = outbox.Gone
	case slices.Contains(configErrors, code):
		e.Kind = outbox.Config
	case slices.Contains(laterErrors, code):
		e.Kind, e.Unsent = outbox.Unavailable, false
	}
	return e
}

// status sorts an HTTP status without Slack's own words.
func status(method string, code int) error {
	e := &outbox.SendError{Cause: &codeError{method, http.StatusText(code), ""}}
	switch {
	case code == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter, e.Unsent = outbox.Throttled, throttledFor, true
	case code >= http.StatusInternalServerError || code < http.StatusBadRequest || code == http.StatusRequestTimeout:
		e.Kind = outbox.Unavailable // it may have been done all the same
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		e.Kind, e.Unsent = outbox.Config, true
	default:
		e.Kind, e.Unsent = outbox.Rejected, true
	}
	return e
}

// says tells whether Slack refused with one of these words.
func says(err error, codes ...string) bool {
	var e *codeError
	return errors.As(err, &e) && slices.Contains(codes, e.code)
}

func kindOf(err error) outbox.Kind {
	if e, ok := errors.AsType[*outbox.SendError](err); ok {
		return e.Kind
	}
	return ""
}
