"""Pictures as pure functions of data: one function per file, arrays in, a Plotly figure out.

They know nothing of Streamlit, so a notebook draws the same pictures as the pages. Words that
appear in a picture come in as `labels`, with English defaults; colours come from `theme`.
"""
