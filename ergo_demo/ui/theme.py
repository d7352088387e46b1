"""The Gradio theme. Every colour refers to a token in ergo.css: written once, and dark follows Gradio's own class."""

import gradio as gr

SANS = "-apple-system, Segoe UI, Roboto, Noto Sans, Ubuntu, Cantarell, Liberation Sans, system-ui, sans-serif"
MONO = "ui-monospace, SF Mono, Cascadia Mono, Menlo, Consolas, DejaVu Sans Mono, monospace"

TOKENS = {
    "--e-ground": ["body_background_fill"],
    "--e-panel": [
        "background_fill_primary",
        "block_background_fill",
        "input_background_fill",
        "button_secondary_background_fill",
        "panel_background_fill",
    ],
    "--e-sunk": ["background_fill_secondary", "button_secondary_background_fill_hover"],
    "--e-line": ["border_color_primary", "block_border_color"],
    "--e-edge": ["input_border_color", "button_secondary_border_color"],
    "--e-ink": ["body_text_color", "button_secondary_text_color"],
    "--e-ink-2": ["block_label_text_color", "block_title_text_color"],
    "--e-ink-3": ["body_text_color_subdued", "block_info_text_color", "input_placeholder_color"],
    "--e-you": [
        "border_color_accent",
        "link_text_color",
        "input_border_color_focus",
        "button_primary_background_fill",
        "button_primary_border_color",
        "slider_color",
    ],
    "--e-you-hover": ["button_primary_background_fill_hover", "link_text_color_hover"],
    "--e-you-soft": ["color_accent_soft"],
    "--e-on-you": ["button_primary_text_color"],
    "--e-bad": ["error_text_color", "error_border_color"],
    "--e-bad-soft": ["error_background_fill"],
    "--e-model-mark": ["loader_color"],
}
"""Token -> the variables of Gradio's theme that take it, in light and dark alike."""


def ergo_theme() -> gr.themes.Base:
    """Gradio's Base theme with our type, spacing and colours."""
    theme = gr.themes.Base(
        font=SANS.split(", "),
        font_mono=MONO.split(", "),
        text_size=gr.themes.Size("12px", "12px", "13px", "14px", "16px", "20px", "26px", name="ergo_text"),
        spacing_size=gr.themes.Size("2px", "4px", "6px", "8px", "12px", "16px", "24px", name="ergo_space"),
        radius_size=gr.themes.Size("2px", "3px", "6px", "6px", "8px", "8px", "8px", name="ergo_radius"),
    )
    same_in_dark = {variable: f"var({token})" for token, variables in TOKENS.items() for variable in variables}
    same_in_dark |= {"block_border_width": "1px", "input_border_width": "1px", "block_shadow": "none"}
    same_in_dark |= {"button_border_width": "1px"}
    return theme.set(
        **same_in_dark,
        **{f"{variable}_dark": value for variable, value in same_in_dark.items()},
        color_accent="var(--e-you)",
        button_primary_shadow="none",
        button_secondary_shadow="none",
        block_title_text_weight="500",
        layout_gap="12px",
        block_padding="10px 14px",
        button_large_padding="10px 18px",
        button_large_text_size="14px",
        block_radius="8px",
        input_radius="6px",
    )
