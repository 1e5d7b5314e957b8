package slack

import (
	"encoding/json"
	"errors"
)

// interaction is what Slack sends when somebody presses, chooses or submits something. Only what is read stands here: the library's
// type reads the whole message under which a button stands, and one block that it does not know would make the button dead.
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	Type        string    `json:"type"`
	Team        nameOrs   `json:"team"`
	User        nameOrs   `json:"user"`
	Channel     nameOrs   `json:"channel"`
	TriggerID   string    `json:"trigger_id"`
	ResponseURL string    `json:"response_url"`
	Container   container `json:"container"`
	Message     struct {
		Text   string `json:"text"`
		Thread string `json:"thread_ts"`
	} `json:"message"`
	Actions []chosen `json:"actions"`
	View    view     `json:"view"`
}

// The types of interactions that are handled.
const (
	pressType    = "block_actions"
	submitType   = "view_submission"
	shortcutType = "message_action"
)

// container is what a button stands under.
type container struct {
	MessageTS string `json:"message_ts"`
	Channel   string `json:"channel_id"`
	Ephemeral bool   `json:"is_ephemeral"`
}

// view is a form or an App Home.
type view struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	CallbackID string `json:"callback_id"`
	Private    string `json:"private_metadata"`
	State      struct {
		Values map[string]map[string]chosen `json:"values"`
	} `json:"state"`
}

// chosen is what was pressed, filled in or chosen.
type chosen struct {
	ActionID     string   `json:"action_id"`
	ActionTS     string   `json:"action_ts"`
	Value        string   `json:"value"`
	Option       option   `json:"selected_option"`
	Options      []option `json:"selected_options"`
	User         string   `json:"selected_user"`
	Users        []string `json:"selected_users"`
	Conversation string   `json:"selected_conversation"`
	Date         string   `json:"selected_date"`
	Time         string   `json:"selected_time"`
}

type option struct {
	Value string `json:"value"`
}

// field gives what was filled in.
func (v *view) field(name string) chosen { return v.State.Values[name][name] }

// readInteraction reads an interaction's payload; the error quotes nothing of it.
func readInteraction(payload []byte) (*interaction, error) {
	var i interaction
	if err := json.Unmarshal(payload, &i); err != nil || i.Type == "" || i.User == "" {
		return nil, errors.New("not the payload of an interaction")
	}
	return &i, nil
}
