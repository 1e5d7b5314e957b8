package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
)

// DefaultAPI is Slack's own API.
const DefaultAPI = api.APIURL

// wire calls Slack. Its errors are *outbox.SendError and quote no token, no address and no text.
type wire struct {
	bot    *api.Client
	client *http.Client
	base   *url.URL
}

const callTime = 8 * time.Second // as long as one delivery of the outbox may take

func newWire(o Options) (*wire, error) {
	base, err := url.Parse(strings.TrimSuffix(o.APIURL, "/") + "/")
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the API's address is no web address")
	}
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	w := &wire{base: base}
	w.client = &http.Client{Transport: t, Timeout: callTime, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // it would carry the token elsewhere
	}}
	w.bot = api.New(o.BotToken, api.OptionAPIURL(base.String()), api.OptionHTTPClient(w.client), api.OptionAppLevelToken(o.AppToken),
		api.OptionLog(log.New(io.Discard, "", 0)))
	return w, nil
}

// options are what every message has. Nothing in the text is taken for a mention but what is written as one.
func (m *message) options(thread string) []api.MsgOption {
	opts := []api.MsgOption{
		api.MsgOptionText(m.Text, false), api.MsgOptionBlocks(m.Blocks.BlockSet...), api.MsgOptionParse(false),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
	}
	if thread != "" {
		opts = append(opts, api.MsgOptionTS(thread))
	}
	return opts
}

// mark is the metadata by which a message is found again.
type mark struct {
	kind string // event_type
	data map[string]any
}

func (k mark) option() api.MsgOption {
	return api.MsgOptionMetadata(api.SlackMetadata{EventType: k.kind, EventPayload: k.data})
}

// post says something in a channel, in a thread where one is named. It gives the message's time stamp, which is its name.
func (w *wire) post(ctx context.Context, channel, thread string, m *message, k mark) (ts string, err error) {
	opts := m.options(thread)
	if k.kind != "" {
		opts = append(opts, k.option())
	}
	_, ts, err = w.bot.PostMessageContext(ctx, channel, opts...)
	return ts, failure("chat.postMessage", err)
}

// whisper says something in a channel that one person alone sees.
func (w *wire) whisper(ctx context.Context, channel, user, thread string, m *message) error {
	_, err := w.bot.PostEphemeralContext(ctx, channel, user, m.options(thread)...)
	return failure("chat.postEphemeral", err)
}

// change puts another text in place of a message's.
func (w *wire) change(ctx context.Context, channel, ts string, m *message, k mark) error {
	opts := m.options("")
	if k.kind != "" {
		opts = append(opts, k.option())
	}
	_, _, _, err := w.bot.UpdateMessageContext(ctx, channel, ts, opts...)
	return failure("chat.update", err)
}

// respond answers where a command was given or a button pressed: to that person alone. replace takes the place of the message
// under which the button stands.
func (w *wire) respond(ctx context.Context, to string, m *message, replace bool) error {
	if !w.mayAnswer(to) {
		return &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("response_url: not an address of Slack's")}
	}
	body, err := json.Marshal(struct {
		Type    string     `json:"response_type"`
		Replace bool       `json:"replace_original"`
		Text    string     `json:"text"`
		Blocks  api.Blocks `json:"blocks"`
	}{"ephemeral", replace, m.Text, m.Blocks})
	if err != nil {
		return &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("response_url: cannot be written")}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: errors.New("response_url: not an address")}
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(r)
	if err != nil {
		return failure("response_url", err)
	}
	defer func() { _ = resp.Body.Close() }() // what was wanted of it was read
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		e := &outbox.SendError{Kind: outbox.Throttled, Unsent: true, RetryAfter: throttledFor, Cause: &codeError{"response_url", "429", ""}}
		if d, err := time.ParseDuration(resp.Header.Get("Retry-After") + "s"); err == nil {
			e.RetryAfter = d
		}
		return e
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return &outbox.SendError{Kind: outbox.Rejected, Unsent: true, Cause: &codeError{"response_url", "expired", ""}}
	case resp.StatusCode != http.StatusOK:
		return status("response_url", resp.StatusCode)
	case err != nil:
		return failure("response_url", err)
	}
	var a struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(said, &a) == nil && a.OK != nil && !*a.OK {
		return refused("response_url", a.Error, "")
	}
	return nil
}

// mayAnswer tells whether an address is one where Slack takes answers: what was signed names it, and still it is looked at.
func (w *wire) mayAnswer(to string) bool {
	u, err := url.Parse(to)
	if err != nil {
		return false
	}
	return u.Scheme == "https" && (u.Hostname() == "hooks.slack.com" || u.Hostname() == "hooks.slack-gov.com") || u.Host == w.base.Host && u.Scheme == w.base.Scheme
}

// history gives messages of a channel with their metadata, newest first: those from oldest to latest, both included, or of a thread.
func (w *wire) history(ctx context.Context, channel, thread, oldest, latest string, limit int) ([]api.Message, error) {
	if thread != "" {
		ms, _, _, err := w.bot.GetConversationRepliesContext(ctx, &api.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: oldest, Latest: latest, Inclusive: true, Limit: limit, IncludeAllMetadata: true,
		})
		return ms, failure("conversations.replies", err)
	}
	var all []api.Message
	cursor := ""
	for range 20 {
		res, err := w.bot.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Latest: latest, Inclusive: true, Limit: limit, Cursor: cursor, IncludeAllMetadata: true,
		})
		if err != nil {
			return nil, failure("conversations.history", err)
		}
		all = append(all, res.Messages...)
		cursor = res.ResponseMetaData.NextCursor
		if !res.HasMore || cursor == "" || latest != "" && len(all) >= limit {
			break
		}
	}
	return all, nil
}

// find looks for our own message that bears a mark.
func (w *wire) find(ctx context.Context, channel, thread string, since time.Time, me identity, fits func(api.SlackMetadata) bool) (ts string, err error) {
	ms, err := w.history(ctx, channel, thread, stamp(since), "", 200)
	if err != nil {
		return "", err
	}
	for _, m := range ms {
		if (m.BotID == me.bot || m.User == me.user) && fits(m.Metadata) {
			return m.Timestamp, nil
		}
	}
	return "", nil
}

// stamp writes a time as messages are named.
func stamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// open shows a modal.
func (w *wire) open(ctx context.Context, trigger string, v api.ModalViewRequest) error {
	_, err := w.bot.OpenViewContext(ctx, trigger, v)
	return failure("views.open", err)
}

// push shows a modal upon another.
func (w *wire) push(ctx context.Context, trigger string, v api.ModalViewRequest) error {
	_, err := w.bot.PushViewContext(ctx, trigger, v)
	return failure("views.push", err)
}

// publish shows somebody's App Home.
func (w *wire) publish(ctx context.Context, user string, v api.HomeTabViewRequest) error {
	_, err := w.bot.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: user, View: v})
	return failure("views.publish", err)
}

// direct gives the channel of the direct messages with somebody.
func (w *wire) direct(ctx context.Context, user string) (string, error) {
	ch, _, _, err := w.bot.OpenConversationContext(ctx, &api.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
	if err != nil {
		return "", failure("conversations.open", err)
	}
	return ch.ID, nil
}

// members gives the people of a channel.
func (w *wire) members(ctx context.Context, channel string) ([]string, error) {
	var all []string
	cursor := ""
	for range 50 {
		some, next, err := w.bot.GetUsersInConversationContext(ctx, &api.GetUsersInConversationParameters{ChannelID: channel, Cursor: cursor, Limit: 1000})
		if err != nil {
			return nil, failure("conversations.members", err)
		}
		all = append(all, some...)
		if cursor = next; cursor == "" {
			break
		}
	}
	return all, nil
}

// upload sends somebody a file in their direct messages.
func (w *wire) upload(ctx context.Context, user, name, title, comment string, content []byte) error {
	channel, err := w.direct(ctx, user)
	if err != nil {
		return err
	}
	_, err = w.bot.UploadFileContext(ctx, api.UploadFileParameters{
		Reader: bytes.NewReader(content), FileSize: len(content), Filename: name, Title: title, InitialComment: comment, Channel: channel,
	})
	return failure("files.completeUploadExternal", err)
}
