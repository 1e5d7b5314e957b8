package slack

import (
	"encoding/json"
	"strings"
)

// What a button means stands in its value: the version of how values are written, then what it is about, so that a button from
// last month works today, on any replica. What it does stands in its action_id: an act, and a number that makes it unique.
const valueVersion = "1:"

// maxValue is Slack's limit; a value beyond it is left out, and the button is answered as one that is too old.
const maxValue = 2000

// value writes what a button is about.
func value(args ...string) string {
	if len(args) == 0 {
		return valueVersion + "[]"
	}
	var b strings.Builder
	b.WriteString(valueVersion)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(args); err != nil {
		return valueVersion // strings can always be written
	}
	v := strings.TrimSuffix(b.String(), "\n")
	if units(v) > maxValue {
		return valueVersion
	}
	return v
}

// readValue reads what value wrote; false where it is of another version or was cut.
func readValue(v string) (args []string, ok bool) {
	rest, ok := strings.CutPrefix(v, valueVersion)
	if !ok || rest == "" || json.Unmarshal([]byte(rest), &args) != nil {
		return nil, false
	}
	return args, true
}

// arg gives the i-th of what a button is about, "" where there is none.
func arg(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

// actOf gives the act of an action_id.
func actOf(action string) string {
	act, _, _ := strings.Cut(action, "#")
	return act
}
