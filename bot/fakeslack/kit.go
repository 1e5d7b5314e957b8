package fakeslack

import "maps"

// selects are the menus that hold one choice; those that hold several stand only in sections and inputs.
var (
	selects = []string{"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
	multis  = []string{"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"}
	marks   = []string{"checkboxes", "radio_buttons", "datepicker", "timepicker"}
	fills   = []string{"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input", "datetimepicker"}
)

func joined(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// blockShapes are the blocks that this server knows. Others exist, and are found wrong: they would be shown to nobody here.
func blockShapes() map[string]shape {
	block := func(required []string, fields map[string]field) shape {
		fields["block_id"] = blockID
		return shape{typed: true, required: required, fields: fields}
	}
	section := block(nil, map[string]field{
		"text": anyWords(3000), "fields": many(1, 10, anyWords(2000)), "expand": boolean,
		"accessory": element(joined([]string{"button", "overflow", "image", "workflow_button"}, selects, multis, marks)...),
	})
	section.also = func(c *checker, at string, o map[string]any) {
		if o["text"] == nil && o["fields"] == nil {
			c.fault(at, "a section must have text or fields")
		}
	}
	input := block([]string{"label", "element"}, map[string]field{
		"label": plain(2000), "hint": plain(2000), "optional": boolean, "dispatch_action": boolean,
		"element": element(joined(selects, multis, marks, fills)...),
	})
	input.also = func(c *checker, _ string, _ map[string]any) { c.inputs++ }
	markdown := block([]string{"text"}, map[string]field{"text": func(c *checker, at string, v any) {
		text(1, 12000)(c, at, v)
		if s, ok := v.(string); ok {
			c.said += units(s)
		}
	}})
	markdown.on = []string{"message"}
	return map[string]shape{
		"header":   block([]string{"text"}, map[string]field{"text": plain(150)}),
		"divider":  block(nil, map[string]field{}),
		"section":  section,
		"context":  block([]string{"elements"}, map[string]field{"elements": many(1, 10, contextPart)}),
		"actions":  block([]string{"elements"}, map[string]field{"elements": many(1, 25, element(joined([]string{"button", "overflow", "workflow_button", "datetimepicker"}, selects, marks)...))}),
		"input":    input,
		"markdown": markdown,
		"image": block([]string{"alt_text"}, map[string]field{
			"alt_text": text(1, 2000), "image_url": link, "slack_file": anything, "title": plain(2000),
		}),
		"rich_text": block([]string{"elements"}, map[string]field{"elements": many(1, 1000, func(c *checker, at string, v any) {
			if o, ok := v.(map[string]any); !ok || o["type"] == nil {
				c.fault(at, "must be an object with a type")
			}
		})}),
	}
}

// contextPart is a text or a picture.
func contextPart(c *checker, at string, v any) {
	if o, ok := v.(map[string]any); ok && o["type"] == "image" {
		element("image")(c, at, v)
		return
	}
	anyWords(3000)(c, at, v)
}

// elementShapes are the elements that this server knows.
func elementShapes() map[string]shape {
	el := func(required []string, fields map[string]field) shape {
		fields["action_id"] = actionID
		return shape{typed: true, required: required, fields: fields}
	}
	with := func(more map[string]field) map[string]field { // what menus have in common
		all := map[string]field{"placeholder": plain(150), "confirm": confirmation, "focus_on_load": focus}
		maps.Copy(all, more)
		return all
	}
	typed := func(more map[string]field) map[string]field { // what fields for text have in common
		all := map[string]field{"placeholder": plain(150), "focus_on_load": focus, "initial_value": text(0, 3000), "dispatch_action_config": anything}
		maps.Copy(all, more)
		return all
	}
	menu := func(fields map[string]field) shape {
		sh := el(nil, with(fields))
		sh.also = func(c *checker, at string, o map[string]any) {
			if o["options"] == nil && o["option_groups"] == nil {
				c.fault(at, "missing required field: options")
			}
			held(c, at, o)
		}
		return sh
	}
	list := func(fields map[string]field) shape {
		sh := el([]string{"options"}, fields)
		sh.also = held
		return sh
	}
	ids := many(0, 1000, text(1, 255))
	most := integer(1, 1000)
	overflow := el([]string{"options"}, map[string]field{"confirm": confirmation, "options": func(c *checker, at string, v any) {
		c.url = true
		choices(5, plain(75))(c, at, v)
		c.url = false
	}})
	shortText := el(nil, typed(map[string]field{"multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)}))
	shortText.also = func(c *checker, at string, o map[string]any) {
		if n := units(str(o, "initial_value")); n > limit(o, "max_length", 3000) {
			c.fault(at, "initial_value is longer than max_length")
		}
	}
	return map[string]shape{
		"button": el([]string{"text"}, map[string]field{
			"text": plain(75), "value": text(0, 2000), "url": link, "style": oneOf("primary", "danger"), "confirm": confirmation, "accessibility_label": text(1, 75),
		}),
		"workflow_button": el([]string{"text", "workflow"}, map[string]field{"text": plain(75), "workflow": anything, "style": oneOf("primary", "danger"), "accessibility_label": text(1, 75)}),
		"image":           {typed: true, required: []string{"alt_text"}, fields: map[string]field{"alt_text": text(1, 2000), "image_url": link, "slack_file": anything}},
		"overflow":        overflow,
		"static_select":   menu(map[string]field{"options": choices(100, plain(75)), "option_groups": optionGroups, "initial_option": anything}),
		"multi_static_select": menu(map[string]field{
			"options": choices(100, plain(75)), "option_groups": optionGroups, "initial_options": anything, "max_selected_items": most,
		}),
		"external_select":            el(nil, with(map[string]field{"initial_option": anything, "min_query_length": integer(0, 1000)})),
		"multi_external_select":      el(nil, with(map[string]field{"initial_options": anything, "min_query_length": integer(0, 1000), "max_selected_items": most})),
		"users_select":               el(nil, with(map[string]field{"initial_user": text(1, 255)})),
		"multi_users_select":         el(nil, with(map[string]field{"initial_users": ids, "max_selected_items": most})),
		"conversations_select":       el(nil, with(map[string]field{"initial_conversation": text(1, 255), "default_to_current_conversation": boolean, "response_url_enabled": boolean, "filter": anything})),
		"multi_conversations_select": el(nil, with(map[string]field{"initial_conversations": ids, "default_to_current_conversation": boolean, "filter": anything, "max_selected_items": most})),
		"channels_select":            el(nil, with(map[string]field{"initial_channel": text(1, 255), "response_url_enabled": boolean})),
		"multi_channels_select":      el(nil, with(map[string]field{"initial_channels": ids, "max_selected_items": most})),
		"checkboxes":                 list(map[string]field{"options": choices(10, anyWords(75)), "initial_options": anything, "confirm": confirmation, "focus_on_load": focus}),
		"radio_buttons":              list(map[string]field{"options": choices(10, anyWords(75)), "initial_option": anything, "confirm": confirmation, "focus_on_load": focus}),
		"datepicker":                 el(nil, with(map[string]field{"initial_date": date})),
		"timepicker":                 el(nil, with(map[string]field{"initial_time": clock, "timezone": text(1, 255)})),
		"datetimepicker":             el(nil, map[string]field{"initial_date_time": integer(1e9, 9999999999), "confirm": confirmation, "focus_on_load": focus}),
		"plain_text_input":           shortText,
		"email_text_input":           el(nil, typed(map[string]field{})),
		"url_text_input":             el(nil, typed(map[string]field{})),
		"number_input":               el([]string{"is_decimal_allowed"}, typed(map[string]field{"is_decimal_allowed": boolean, "min_value": text(1, 50), "max_value": text(1, 50)})),
		"rich_text_input":            el(nil, map[string]field{"initial_value": anything, "placeholder": plain(150), "focus_on_load": focus, "dispatch_action_config": anything}),
		"file_input":                 el(nil, map[string]field{"filetypes": anything, "max_files": integer(1, 10)}),
	}
}
