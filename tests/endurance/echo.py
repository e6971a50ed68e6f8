"""The floor: what one widget costs in an application that does nothing else."""

import streamlit as st

st.markdown(st.text_input("text", key="text"))
