"""Components of our own for the browser: what Streamlit and Plotly cannot do."""
