console.log('clusterd');
