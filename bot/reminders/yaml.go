package reminders

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"cobijo/knowledge/lint"
)

// Limits of a file of subscriptions.
const (
	maxFile          = 4 << 20
	maxSubscriptions = 20_000
)

// ReadSubscriptions reads a list of subscriptions from YAML, as WriteSubscriptions writes it. file is how faults name it, by line;
// check tells what is wrong with one.
func ReadSubscriptions(data []byte, file string, check func(Subscription) Problems) ([]Subscription, lint.Faults) {
	var faults lint.Faults
	if len(data) > maxFile {
		faults.Add(file, 0, "more than %d megabytes", maxFile>>20)
		return nil, faults
	}
	var items []*Subscription
	var nodes []yaml.Node // the same again, for the lines
	if !lint.YAMLBytes(data, file, 0, &items, &faults) || yaml.Unmarshal(data, &nodes) != nil || len(nodes) != len(items) {
		if len(faults) == 0 {
			faults.Add(file, 1, "a list of subscriptions is wanted")
		}
		return nil, faults
	}
	if len(items) > maxSubscriptions {
		faults.Add(file, 0, "more than %d subscriptions", maxSubscriptions)
		return nil, faults
	}
	seen := map[string]bool{}
	var subs []Subscription
	for i, sub := range items {
		if sub == nil {
			faults.Add(file, nodes[i].Line, "an item without anything in it")
			continue
		}
		if seen[sub.ID] {
			faults.Add(file, fieldLine(&nodes[i], "id"), "%.40q stands twice", sub.ID)
		}
		seen[sub.ID] = true
		for _, p := range check(*sub) {
			faults.Add(file, fieldLine(&nodes[i], p.Field), "%v", p)
		}
		subs = append(subs, *sub)
	}
	faults.Sort()
	if len(faults) > 0 {
		return nil, faults
	}
	return subs, nil
}

// fieldLine gives the line of an item's field, its first where it has none.
func fieldLine(n *yaml.Node, field string) int {
	field, _, _ = strings.Cut(field, ".")
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == field {
			return n.Content[i].Line
		}
	}
	return n.Line
}

// WriteSubscriptions writes subscriptions as YAML.
func WriteSubscriptions(w io.Writer, subs []Subscription) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(subs); err != nil {
		return fmt.Errorf("write subscriptions: %w", err)
	}
	if err := enc.Close(); err != nil {
		return fmt.Errorf("write subscriptions: %w", err)
	}
	return nil
}
