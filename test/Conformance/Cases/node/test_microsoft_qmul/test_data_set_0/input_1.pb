Bx3J
T¯+h5L]žX